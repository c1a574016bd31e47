output "app_name" {
  description = "The input of the same name, as Terraform got it."
  value       = var.app_name
}

output "stage" {
  description = "The input of the same name, as Terraform got it."
  value       = var.stage
}

output "greeting" {
  description = "The input of the same name, as Terraform got it."
  value       = var.greeting
}

output "note" {
  description = "The input of the same name, as Terraform got it."
  value       = var.note
}

output "subtitle" {
  description = "The input of the same name, as Terraform got it."
  value       = var.subtitle
}

output "owner" {
  description = "The input of the same name, as Terraform got it."
  value       = var.owner
}

output "instances" {
  description = "The input of the same name, as Terraform got it."
  value       = var.instances
}

output "budget" {
  description = "The input of the same name, as Terraform got it."
  value       = var.budget
}

output "largest_upload" {
  description = "The input of the same name, as Terraform got it."
  value       = var.largest_upload
}

output "offset" {
  description = "The input of the same name, as Terraform got it."
  value       = var.offset
}

output "https_only" {
  description = "The input of the same name, as Terraform got it."
  value       = var.https_only
}

output "maintenance" {
  description = "The input of the same name, as Terraform got it."
  value       = var.maintenance
}

output "indexed" {
  description = "The input of the same name, as Terraform got it."
  value       = var.indexed
}

# Terraform leaves an output out whose value is null; here nulls are kept.
output "inputs" {
  description = "All inputs by name."
  value = {
    app_name       = var.app_name
    stage          = var.stage
    greeting       = var.greeting
    note           = var.note
    subtitle       = var.subtitle
    owner          = var.owner
    instances      = var.instances
    budget         = var.budget
    largest_upload = var.largest_upload
    offset         = var.offset
    https_only     = var.https_only
    maintenance    = var.maintenance
    indexed        = var.indexed
  }
}
