variable "module_description" {
  description = "What the catalogue says about this module. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "Private network, subnets in every zone, outbound gateway and flow logs. Takes its time."
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
  description = "Seconds that each of the twenty parts takes. {{UIMeta group=1 order=2 updatesafe }}"
  type        = number
  default     = 1

  validation {
    condition     = var.seconds >= 0 && var.seconds <= 60
    error_message = "Between 0 and 60 seconds."
  }
}
