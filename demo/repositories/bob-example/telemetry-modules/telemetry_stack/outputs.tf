output "store" {
  description = "Name of the store and days it keeps logs."
  value       = terraform_data.store.output
}

output "collectors" {
  description = "Locations of the collectors."
  value       = sort(keys(terraform_data.collector))
}
