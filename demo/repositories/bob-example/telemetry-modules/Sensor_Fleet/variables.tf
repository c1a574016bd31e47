variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=1 }}"
  type        = number
  default     = 30
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=2 }}"
  type        = list(string)
  default     = ["telemetry", "sensors"]
}

variable "site" {
  description = "Location of the sensors. {{UIMeta group=1 order=1 }}"
  type        = string
  default     = "roof"
}

variable "seconds" {
  description = "Seconds per sensor. {{UIMeta group=1 order=2 updatesafe }}"
  type        = number
  default     = 0.5
}

variable "journal" {
  description = "Name of the journal file. {{UIMeta group=1 order=3 }}"
  type        = string
  default     = "journal.txt"
}
