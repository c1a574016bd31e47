variable "release" {
  description = "Version of the release."
  type        = string
  default     = "1.0.0"

  validation {
    condition     = can(regex("^\\d+\\.\\d+\\.\\d+$", var.release))
    error_message = "Enter three numbers, for example 1.4.2."
  }
}

variable "changes" {
  description = "Changes, one per line."
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
