resource "terraform_data" "access" {
  for_each = var.trusted_users

  input = "administrator:${each.value}"
}

resource "terraform_data" "schedule" {
  for_each = var.schedules

  input = "${each.value.every} ${join(" ", each.value.command)}"
}
