variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = <<-EOT
    A records system for a small clinic.

    | part | made |
    |---|---|
    | staff | one account each |
    | rooms | one calendar each |
  EOT
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=2 }}"
  type        = list(string)
  default     = ["health", "database"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=3 }}"
  type        = number
  default     = 75
}

variable "clinic" {
  description = "The clinic itself. {{UIMeta group=1 order=1 }}"
  type = object({
    name   = string
    beds   = number
    public = bool
  })
  default = {
    name   = "Lakeside"
    beds   = 12
    public = true
  }
}

variable "address" {
  description = "Address. You can leave parts out. {{UIMeta group=1 order=2 updatesafe }}"
  type = object({
    street   = string
    city     = optional(string, "Exampleton")
    postcode = optional(string)
    position = optional(object({
      latitude  = number
      longitude = number
    }), { latitude = 47.5, longitude = 8.25 })
  })
  default = { street = "Quay 1" }
}

variable "staff" {
  description = "Staff. {{UIMeta group=2 order=1 updatesafe }}"
  type = list(object({
    name      = string
    role      = optional(string, "nurse")
    hours     = optional(number, 38.5)
    on_call   = optional(bool, false)
    languages = optional(list(string), ["en"])
    phone     = optional(string)
    rights    = optional(map(bool), {})
  }))
  default = [
    { name = "Dana", role = "doctor", languages = ["en", "de"] },
    { name = "Eli" },
  ]

  validation {
    condition     = length(distinct(var.staff[*].name)) == length(var.staff)
    error_message = "Give each member of the staff a different name."
  }
}

variable "rooms" {
  description = "Rooms by name. {{UIMeta group=3 order=1 updatesafe }}"
  type = map(object({
    floor     = number
    equipment = set(string)
    booking = optional(object({
      from = string
      to   = string
    }))
  }))
  default = {
    surgery = {
      floor     = 2
      equipment = ["lamp", "table"]
      booking   = { from = "08:00", to = "16:00" }
    }
    ward = {
      floor     = 1
      equipment = []
    }
  }
}

variable "version_range" {
  description = "Name, lowest and highest version. {{UIMeta group=4 order=1 updatesafe }}"
  type        = tuple([string, number, bool])
  default     = ["records", 4, true]
}

variable "extensions" {
  description = "More settings of the records system, in any form. {{UIMeta group=4 order=2 updatesafe }}"
  type        = any
  default = {
    reports = ["daily", "weekly"]
    limits  = { rows = 1000, warn = 0.9 }
  }
}

variable "free_list" {
  description = "A list of values of one type. {{UIMeta group=4 order=3 updatesafe }}"
  type        = list(any)
  default     = ["a", "b"]
}

variable "untyped" {
  description = "An input without a type. {{UIMeta group=4 order=4 updatesafe }}"
  default     = null
}

variable "retention" {
  description = "Days to keep records. Cannot be null. {{UIMeta group=4 order=5 updatesafe }}"
  type = object({
    years = number
    hot   = optional(bool, true)
  })
  default  = { years = 10 }
  nullable = false
}

variable "successor" {
  description = "Clinic that takes over. Leave blank for none. {{UIMeta group=4 order=6 updatesafe }}"
  type = object({
    name = string
  })
  default = null
}
