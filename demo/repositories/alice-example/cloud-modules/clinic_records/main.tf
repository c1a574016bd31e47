terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "account" {
  for_each = { for person in var.staff : person.name => person }

  input = "${each.value.role}: ${join(", ", each.value.languages)}"
}

resource "terraform_data" "calendar" {
  for_each = var.rooms

  input = {
    room  = each.key
    floor = each.value.floor
  }
}
