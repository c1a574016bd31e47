variable "partner" {
  description = "Whose keys these are."
  type        = string
  default     = "northwind"
}

resource "terraform_data" "keys" {
  input = "${var.partner}: ${local.fingerprint}"
}
