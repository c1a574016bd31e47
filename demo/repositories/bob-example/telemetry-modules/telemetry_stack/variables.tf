variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "Collectors, a store for logs and metrics, and alarms."
}

variable "module_documentation" {
  description = "Address of the documentation. {{UIMeta group=0 order=2 }}"
  type        = string
  default     = "https://docs.example.com/telemetry"
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=3 }}"
  type        = list(string)
  default     = ["telemetry", "kubernetes"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=4 }}"
  type        = number
  default     = 60
}

variable "public_access" {
  description = "Everyone can deploy this module. {{UIMeta group=0 order=5 }}"
  type        = bool
  default     = true
}

variable "stack_name" {
  description = "Name of the stack. {{UIMeta group=1 order=1 }}"
  type        = string
  default     = "telemetry"
}

variable "retention_days" {
  description = "Days to keep logs. {{UIMeta group=1 order=2 updatesafe widget=slider }}"
  type        = number
  default     = 30
}

variable "collectors" {
  description = "Locations of the collectors. {{UIMeta group=2 order=1 updatesafe }}"
  type        = list(string)
  default     = ["web", "worker"]
}
