output "app_name" {
  description = "The value of the input with the same name."
  value       = var.app_name
}

output "stage" {
  description = "The value of the input with the same name."
  value       = var.stage
}

output "greeting" {
  description = "The value of the input with the same name."
  value       = var.greeting
}

output "note" {
  description = "The value of the input with the same name."
  value       = var.note
}

output "subtitle" {
  description = "The value of the input with the same name."
  value       = var.subtitle
}

output "owner" {
  description = "The value of the input with the same name."
  value       = var.owner
}

output "instances" {
  description = "The value of the input with the same name."
  value       = var.instances
}

output "budget" {
  description = "The value of the input with the same name."
  value       = var.budget
}

output "largest_upload" {
  description = "The value of the input with the same name."
  value       = var.largest_upload
}

output "offset" {
  description = "The value of the input with the same name."
  value       = var.offset
}

output "https_only" {
  description = "The value of the input with the same name."
  value       = var.https_only
}

output "maintenance" {
  description = "The value of the input with the same name."
  value       = var.maintenance
}

output "indexed" {
  description = "The value of the input with the same name."
  value       = var.indexed
}

# Terraform omits outputs that are null; here nulls are kept.
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
