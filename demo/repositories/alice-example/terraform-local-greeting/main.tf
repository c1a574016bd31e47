variable "name" {
  description = "Name to greet. {{UIMeta group=1 order=1 updatesafe }}"
  type        = string
  default     = "world"
}

variable "deployment_id" {
  description = "Id of the deployment."
  type        = string
  default     = null
}

resource "terraform_data" "greeting" {
  input = trimspace(templatefile("${path.module}/texts/hello.txt.tpl", { name = var.name }))
}

output "greeting" {
  description = "The greeting."
  value       = terraform_data.greeting.output
}

output "deployment_id" {
  description = "Id of the deployment."
  value       = var.deployment_id
}
