output "clinic" {
  description = "The input of the same name, as Terraform got it."
  value       = var.clinic
}

output "address" {
  description = "The input of the same name, as Terraform got it."
  value       = var.address
}

output "staff" {
  description = "The input of the same name, as Terraform got it."
  value       = var.staff
}

output "rooms" {
  description = "The input of the same name, as Terraform got it."
  value       = var.rooms
}

output "version_range" {
  description = "The input of the same name, as Terraform got it."
  value       = var.version_range
}

output "extensions" {
  description = "The input of the same name, as Terraform got it."
  value       = var.extensions
}

output "free_list" {
  description = "The input of the same name, as Terraform got it."
  value       = var.free_list
}

output "untyped" {
  description = "The input of the same name, as Terraform got it."
  value       = var.untyped
}

output "retention" {
  description = "The input of the same name, as Terraform got it."
  value       = var.retention
}

output "successor" {
  description = "The input of the same name, as Terraform got it."
  value       = var.successor
}

# Terraform leaves an output out whose value is null; here nulls are kept.
output "inputs" {
  description = "All inputs by name."
  value = {
    clinic        = var.clinic
    address       = var.address
    staff         = var.staff
    rooms         = var.rooms
    version_range = var.version_range
    extensions    = var.extensions
    free_list     = var.free_list
    untyped       = var.untyped
    retention     = var.retention
    successor     = var.successor
  }
}
