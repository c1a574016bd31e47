output "queues" {
  description = "The value of the input with the same name."
  value       = var.queues
}

output "regions" {
  description = "The value of the input with the same name."
  value       = var.regions
}

output "retry_seconds" {
  description = "The value of the input with the same name."
  value       = var.retry_seconds
}

output "strict_order" {
  description = "The value of the input with the same name."
  value       = var.strict_order
}

output "consumers" {
  description = "The value of the input with the same name."
  value       = var.consumers
}

output "ports" {
  description = "The value of the input with the same name."
  value       = var.ports
}

output "labels" {
  description = "The value of the input with the same name."
  value       = var.labels
}

output "weights" {
  description = "The value of the input with the same name."
  value       = var.weights
}

output "paused" {
  description = "The value of the input with the same name."
  value       = var.paused
}

output "routes" {
  description = "The value of the input with the same name."
  value       = var.routes
}

output "batches" {
  description = "The value of the input with the same name."
  value       = var.batches
}

output "alarm_addresses" {
  description = "The value of the input with the same name."
  value       = var.alarm_addresses
}

# Terraform omits outputs that are null; here nulls are kept.
output "inputs" {
  description = "All inputs by name."
  value = {
    queues          = var.queues
    regions         = var.regions
    retry_seconds   = var.retry_seconds
    strict_order    = var.strict_order
    consumers       = var.consumers
    ports           = var.ports
    labels          = var.labels
    weights         = var.weights
    paused          = var.paused
    routes          = var.routes
    batches         = var.batches
    alarm_addresses = var.alarm_addresses
  }
}
