terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "app" {
  count = var.instances

  input = "${var.app_name}-${var.stage}-${count.index + 1}"
}

resource "terraform_data" "footer" {
  input = var.note
}
