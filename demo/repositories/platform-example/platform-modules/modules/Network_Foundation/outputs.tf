output "network_id" {
  description = "Id of the network, for the modules that join it."
  value       = terraform_data.network.id
}

output "subnets" {
  description = "Names of the subnets."
  value = [
    terraform_data.subnet_a.output,
    terraform_data.subnet_b.output,
    terraform_data.subnet_c.output,
  ]
}

output "last_part" {
  description = "Name of the last part."
  value       = terraform_data.summary.output
}
