variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "Warehouse, two service accounts and a nightly load. Fails halfway until fail_at is 0."
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=2 }}"
  type        = list(string)
  default     = ["database", "storage", "google"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=3 }}"
  type        = number
  default     = 60
}

variable "warehouse_name" {
  description = "Name of the warehouse. {{UIMeta group=1 order=1 }}"
  type        = string
  default     = "sales"
}

variable "fail_at" {
  description = "Step that fails. 0 for none. {{UIMeta group=1 order=2 updatesafe options=0,1,2,3,4,5,6 }}"
  type        = number
  default     = 4
}
