variable "parts" {
  description = "Parts of the name, from general to specific."
  type        = list(string)
  default     = ["example"]
}

output "name" {
  description = "The parts, in lower case and joined by dashes."
  value       = lower(join("-", var.parts))
}
