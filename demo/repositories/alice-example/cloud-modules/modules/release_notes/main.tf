variable "release" {
  description = "Version that is released."
  type        = string
  default     = "1.0.0"

  validation {
    condition     = can(regex("^\\d+\\.\\d+\\.\\d+$", var.release))
    error_message = "A version has three numbers, such as 1.4.2."
  }
}

variable "changes" {
  description = "What changed, a line each."
  type        = list(string)
  default     = ["First release"]
}

resource "terraform_data" "notes" {
  input = join("\n", concat(["# ${var.release}"], [for change in var.changes : "* ${change}"]))
}

output "notes" {
  description = "The notes as Markdown."
  value       = terraform_data.notes.output
}
