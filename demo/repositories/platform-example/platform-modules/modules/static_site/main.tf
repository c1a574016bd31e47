terraform {
  required_version = ">= 1.4"
}

locals {
  host = "${var.site_name}.${var.domain}"
}

resource "terraform_data" "bucket" {
  input = {
    name          = replace(local.host, ".", "-")
    index         = var.index_document
    keep_versions = var.keep_versions
  }
}

resource "terraform_data" "certificate" {
  input = local.host
}

resource "terraform_data" "content_network" {
  input = {
    origin      = terraform_data.bucket.output.name
    certificate = terraform_data.certificate.output
  }
}
