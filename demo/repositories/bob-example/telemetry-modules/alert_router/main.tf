variable "channel" {
  description = "Destination of alerts."
  type        = string
  default     = "mail"
}

resource "terraform_data" "route" {
  input = var.channel
}
