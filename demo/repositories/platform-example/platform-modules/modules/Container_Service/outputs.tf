output "deployment_id" {
  description = "Id shared by all names of this deployment."
  value       = local.suffix
}

output "service_url" {
  description = "Address of the service."
  value       = "https://${local.name}.${var.region}.run.example.com/"
}

output "manifest" {
  description = "The rendered manifest."
  value       = terraform_data.service.output.manifest
}

output "summary" {
  description = "Summary of the inputs."
  value = {
    environment = var.environment
    cpu_count   = var.cpu_count
    memory_gib  = var.memory_gib
    scaling     = [var.smallest_count, var.largest_count]
    cpu_targets = var.cpu_targets
    users       = sort([for access in terraform_data.access : access.output])
    schedules   = { for name, schedule in terraform_data.schedule : name => schedule.output }
    workers     = length(module.worker)
    contact     = var.support_contact
  }
}
