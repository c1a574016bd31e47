variable "parts" {
  description = "Parts of the name, from the widest to the narrowest."
  type        = list(string)
  default     = ["example"]
}

output "name" {
  description = "The parts, in lower case and joined by dashes."
  value       = lower(join("-", var.parts))
}
