variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "A store for passwords and keys. Its secrets are never shown again."
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=2 }}"
  type        = list(string)
  default     = ["security", "aws"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=3 }}"
  type        = number
  default     = 10
}

variable "require_credit_purchases" {
  description = "Only Purchased credits can pay for it. {{UIMeta group=0 order=4 }}"
  type        = bool
  default     = true
}

variable "store_name" {
  description = "Name of the store. {{UIMeta group=1 order=1 }}"
  type        = string
  default     = "vault"
}

variable "admin_password" {
  description = "Administrator password, at least 16 characters. {{UIMeta group=1 order=2 }}"
  type        = string
  sensitive   = true

  validation {
    condition     = length(var.admin_password) >= 16
    error_message = "Enter at least 16 characters."
  }
}

variable "api_keys" {
  description = "Keys by user name. {{UIMeta group=1 order=3 updatesafe }}"
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "recovery_code" {
  description = "Emergency code. Leave blank for none. {{UIMeta group=1 order=4 updatesafe }}"
  type        = string
  default     = null
  sensitive   = true
}

variable "print_hint" {
  description = "Print a hash of the secret in the log, as careless tools do. {{UIMeta group=2 order=1 updatesafe }}"
  type        = bool
  default     = false
}
