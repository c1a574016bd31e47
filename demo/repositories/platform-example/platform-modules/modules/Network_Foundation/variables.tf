variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "Private network, subnets in every zone, outbound gateway and flow logs. Takes a while."
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=2 }}"
  type        = list(string)
  default     = ["network", "aws"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=3 }}"
  type        = number
  default     = 20
}

variable "network_name" {
  description = "Name of the network. {{UIMeta group=1 order=1 }}"
  type        = string
  default     = "foundation"
}

variable "seconds" {
  description = "Seconds per part, of twenty parts. {{UIMeta group=1 order=2 updatesafe }}"
  type        = number
  default     = 1

  validation {
    condition     = var.seconds >= 0 && var.seconds <= 60
    error_message = "Enter 0 to 60 seconds."
  }
}
