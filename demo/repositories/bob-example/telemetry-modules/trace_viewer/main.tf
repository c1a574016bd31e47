variable "viewer_name" {
  description = "Name of the viewer. {{UIMeta group=1 order=1 updatesafe }}"
  type        = string
  default     = "traces"
}

resource "terraform_data" "viewer" {
  input = var.viewer_name
}

output "viewer" {
  description = "Name of the viewer."
  value       = terraform_data.viewer.output
}
