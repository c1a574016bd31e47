variable "partner" {
  description = "Owner of the keys."
  type        = string
  default     = "northwind"
}

resource "terraform_data" "keys" {
  input = "${var.partner}: ${local.fingerprint}"
}
