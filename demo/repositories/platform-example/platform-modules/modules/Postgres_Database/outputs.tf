output "endpoint" {
  description = "Host and port to connect to."
  value       = "${var.name}.${var.zone}.db.example.com:5432"
}

output "backups" {
  description = "Names of the backup plans."
  value       = sort([for backup in terraform_data.backup : backup.output])
}

output "maintenance" {
  description = "Maintenance window for restarts."
  value       = var.maintenance
}
