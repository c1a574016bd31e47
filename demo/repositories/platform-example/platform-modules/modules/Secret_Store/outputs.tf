output "store" {
  description = "Name of the store."
  value       = var.store_name
}

output "connection" {
  description = "How to connect, with the password."
  value       = local.connection
  sensitive   = true
}

output "api_keys" {
  description = "The keys, as they were given."
  value       = var.api_keys
  sensitive   = true
}

output "recovery_code" {
  description = "The code for emergencies, as it was given."
  value       = var.recovery_code
  sensitive   = true
}

output "key_count" {
  description = "Number of keys in the store."
  value       = nonsensitive(length(var.api_keys))
}
