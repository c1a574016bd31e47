variable "theme" {
  description = "Declared in variables.tf too."
  type        = string
  default     = "dark"
}

resource "terraform_data" "dashboard" {
  input = "${var.theme} ${var.columns}"
}
