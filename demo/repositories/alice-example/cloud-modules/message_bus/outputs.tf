output "queues" {
  description = "The input of the same name, as Terraform got it."
  value       = var.queues
}

output "regions" {
  description = "The input of the same name, as Terraform got it."
  value       = var.regions
}

output "retry_seconds" {
  description = "The input of the same name, as Terraform got it."
  value       = var.retry_seconds
}

output "strict_order" {
  description = "The input of the same name, as Terraform got it."
  value       = var.strict_order
}

output "consumers" {
  description = "The input of the same name, as Terraform got it."
  value       = var.consumers
}

output "ports" {
  description = "The input of the same name, as Terraform got it."
  value       = var.ports
}

output "labels" {
  description = "The input of the same name, as Terraform got it."
  value       = var.labels
}

output "weights" {
  description = "The input of the same name, as Terraform got it."
  value       = var.weights
}

output "paused" {
  description = "The input of the same name, as Terraform got it."
  value       = var.paused
}

output "routes" {
  description = "The input of the same name, as Terraform got it."
  value       = var.routes
}

output "batches" {
  description = "The input of the same name, as Terraform got it."
  value       = var.batches
}

output "alarm_addresses" {
  description = "The input of the same name, as Terraform got it."
  value       = var.alarm_addresses
}

# Terraform leaves an output out whose value is null; here nulls are kept.
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
