output "store" {
  description = "Name of the store."
  value       = var.store_name
}

output "connection" {
  description = "Connection string, with the password."
  value       = local.connection
  sensitive   = true
}

output "api_keys" {
  description = "The keys you entered."
  value       = var.api_keys
  sensitive   = true
}

output "recovery_code" {
  description = "The emergency code you entered."
  value       = var.recovery_code
  sensitive   = true
}

output "key_count" {
  description = "Number of keys in the store."
  value       = nonsensitive(length(var.api_keys))
}
