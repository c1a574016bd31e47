terraform {
  required_version = ">= 1.4"
}

locals {
  connection = "store://admin:${urlencode(var.admin_password)}@${var.store_name}.example.com"
}

resource "terraform_data" "store" {
  input = {
    name     = var.store_name
    password = var.admin_password
    keys     = var.api_keys
  }
}

resource "terraform_data" "hint" {
  count = var.print_hint ? 1 : 0

  provisioner "local-exec" {
    command = "echo hash ${nonsensitive(sha256(var.admin_password))}"
  }
}
