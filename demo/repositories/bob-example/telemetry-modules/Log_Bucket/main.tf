variable "project_id" {
  description = "Project of the bucket. {{UIMeta group=1 order=1 }}"
  type        = string
}

variable "location" {
  description = "Location of the bucket. {{UIMeta group=1 order=2 options=EU,US }}"
  type        = string
  default     = "EU"
}

provider "google" {
  project = var.project_id
}

resource "random_id" "suffix" {
  byte_length = 2
}

module "project_services" {
  source  = "terraform-google-modules/project-factory/google//modules/project_services"
  version = "~> 15.0"

  project_id    = var.project_id
  activate_apis = ["storage.googleapis.com"]
}

resource "google_storage_bucket" "logs" {
  project  = var.project_id
  name     = "logs-${random_id.suffix.hex}"
  location = var.location
}

output "bucket" {
  description = "Address of the bucket."
  value       = google_storage_bucket.logs.url
}
