terraform {
  required_version = ">= 1.4"

  backend "s3" {
    bucket = "bobs-states"
    key    = "metrics-store"
    region = "eu-west-1"
  }
}

variable "store_name" {
  description = "Name of the store. {{UIMeta group=1 order=1 }}"
  type        = string
  default     = "metrics"
}

variable "resolution" {
  description = "Seconds between two data points. {{UIMeta group=1 order=2 updatesafe options=1,10,60 }}"
  type        = number
  default     = 10
}

resource "terraform_data" "store" {
  input = "${var.store_name} every ${var.resolution} s"
}

output "store" {
  description = "The created resource."
  value       = terraform_data.store.output
}
