output "warehouse" {
  description = "Name of the dataset."
  value       = terraform_data.dataset.output
}

output "dashboard" {
  description = "Name of the dashboard, there once every step has passed."
  value       = terraform_data.dashboard.output
}
