variable "channel" {
  description = "Where alerts go."
  type        = string
  default     = "mail"
}

resource "terraform_data" "route" {
  input = var.channel
}
