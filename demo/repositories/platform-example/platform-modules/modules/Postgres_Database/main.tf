terraform {
  required_version = ">= 1.5"
}

resource "terraform_data" "instance" {
  input = {
    name    = var.name
    engine  = var.engine_version
    zone    = var.zone
    storage = var.storage_gib
    labels  = var.labels
  }

  lifecycle {
    postcondition {
      condition     = self.output.storage >= 20
      error_message = "The instance started with too little storage."
    }
  }
}

resource "terraform_data" "backup" {
  for_each = toset([for day in var.backup_days : tostring(day)])

  input = "${terraform_data.instance.output.name}-keep-${each.value}"
}

resource "terraform_data" "alarm" {
  for_each = var.alarm_addresses

  input = "${terraform_data.instance.output.name} ${each.value}"
}
