terraform {
  required_version = ">= 1.4"
}

variable "archive_name" {
  description = "Name of the archive. {{UIMeta group=1 order=1 }}"
  type        = string
  default     = "papers"
}

variable "years" {
  description = "Years to keep objects. {{UIMeta group=1 order=2 updatesafe }}"
  type        = number
  default     = 7
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=1 }}"
  type        = number
  default     = 8
}

module "naming" {
  source = "../shared"

  parts = ["Archive", var.archive_name]
}

resource "terraform_data" "archive" {
  input = {
    name   = module.naming.name
    notice = templatefile("${path.module}/texts/notice.txt.tpl", { years = var.years })
  }
}

output "archive" {
  description = "Name of the archive."
  value       = terraform_data.archive.output.name
}

output "notice" {
  description = "Notice about how long objects are kept."
  value       = terraform_data.archive.output.notice
}
