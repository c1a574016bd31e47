output "store" {
  description = "Name of the store, with the days for which it keeps logs."
  value       = terraform_data.store.output
}

output "collectors" {
  description = "Where collectors run."
  value       = sort(keys(terraform_data.collector))
}
