variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "Managed PostgreSQL with backups, a read replica on demand and alarms by e-mail."
}

variable "module_dependency" {
  description = "Modules to deploy before this one. {{UIMeta group=0 order=2 }}"
  type        = list(string)
  default     = ["Network Foundation"]
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=3 }}"
  type        = list(string)
  default     = ["database", "aws"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=4 }}"
  type        = number
  default     = 40
}

variable "enable_purge" {
  description = "The data can be purged. {{UIMeta group=0 order=5 }}"
  type        = bool
  default     = false
}

variable "name" {
  description = "Name of the instance. {{UIMeta group=1 order=1 }}"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.name))
    error_message = "Start with a lower-case letter. Use lower-case letters, digits and dashes."
  }

  validation {
    condition     = length(var.name) >= 3 && length(var.name) <= 20
    error_message = "Enter 3 to 20 characters. This name has ${length(var.name)}."
  }
}

variable "engine_version" {
  description = "Version of PostgreSQL. {{UIMeta group=1 order=2 options=POSTGRES_14,POSTGRES_15,POSTGRES_16 }}"
  type        = string
  default     = "POSTGRES_16"

  validation {
    condition     = contains(["POSTGRES_14", "POSTGRES_15", "POSTGRES_16"], var.engine_version)
    error_message = "Choose POSTGRES_14, POSTGRES_15 or POSTGRES_16."
  }
}

variable "zone" {
  description = "Zone of the instance. {{UIMeta group=1 order=3 }}"
  type        = string
  default     = "a"

  validation {
    condition     = contains(["a", "b", "c"], var.zone)
    error_message = "Choose zone a, b or c."
  }
}

variable "storage_gib" {
  description = "Storage (GiB). {{UIMeta group=2 order=1 updatesafe }}"
  type        = number
  default     = 50

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 4000
    error_message = "Enter 20 to 4000 GiB."
  }

  validation {
    condition     = var.storage_gib % 10 == 0
    error_message = "Enter a multiple of 10 GiB."
  }
}

variable "backup_days" {
  description = "Days to keep backups. {{UIMeta group=2 order=2 updatesafe }}"
  type        = list(number)
  default     = [1, 7, 30]

  validation {
    condition     = length(var.backup_days) > 0 && alltrue([for i, day in var.backup_days : i == 0 || day > var.backup_days[max(i - 1, 0)]])
    error_message = "Enter at least one number of days, in ascending order."
  }
}

variable "alarm_addresses" {
  description = "Alarm e-mails, five at most. {{UIMeta group=3 order=1 updatesafe }}"
  type        = set(string)
  default     = []

  validation {
    condition     = length(var.alarm_addresses) <= 5
    error_message = "Enter five addresses at most."
  }

  validation {
    condition     = alltrue([for address in var.alarm_addresses : strcontains(address, "@")])
    error_message = "Enter e-mail addresses with an @."
  }
}

variable "labels" {
  description = "Labels of all resources. {{UIMeta group=3 order=2 updatesafe }}"
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.labels) : can(regex("^[a-z_]+$", key))])
    error_message = "Use lower-case letters and underscores in label names."
  }
}

variable "maintenance" {
  description = "Maintenance window for restarts. {{UIMeta group=3 order=3 updatesafe }}"
  type = object({
    day  = string
    hour = number
  })
  default = { day = "sunday", hour = 3 }

  validation {
    condition     = contains(["saturday", "sunday"], var.maintenance.day)
    error_message = "Choose saturday or sunday."
  }

  validation {
    condition     = var.maintenance.hour >= 0 && var.maintenance.hour < 24 && floor(var.maintenance.hour) == var.maintenance.hour
    error_message = "Enter a whole hour from 0 to 23."
  }
}
