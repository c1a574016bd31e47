terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "store" {
  input = "${var.stack_name}-${var.retention_days}d"
}

resource "terraform_data" "collector" {
  for_each = toset(var.collectors)

  input = "${each.value} to ${terraform_data.store.output}"
}
