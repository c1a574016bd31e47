output "warehouse" {
  description = "Name of the dataset."
  value       = terraform_data.dataset.output
}

output "dashboard" {
  description = "Name of the dashboard, once every step has succeeded."
  value       = terraform_data.dashboard.output
}
