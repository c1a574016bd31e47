output "clinic" {
  description = "The value of the input with the same name."
  value       = var.clinic
}

output "address" {
  description = "The value of the input with the same name."
  value       = var.address
}

output "staff" {
  description = "The value of the input with the same name."
  value       = var.staff
}

output "rooms" {
  description = "The value of the input with the same name."
  value       = var.rooms
}

output "version_range" {
  description = "The value of the input with the same name."
  value       = var.version_range
}

output "extensions" {
  description = "The value of the input with the same name."
  value       = var.extensions
}

output "free_list" {
  description = "The value of the input with the same name."
  value       = var.free_list
}

output "untyped" {
  description = "The value of the input with the same name."
  value       = var.untyped
}

output "retention" {
  description = "The value of the input with the same name."
  value       = var.retention
}

output "successor" {
  description = "The value of the input with the same name."
  value       = var.successor
}

# Terraform omits outputs that are null; here nulls are kept.
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
