variable "module_description" {
  description = "What the catalogue says about this module. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "Managed PostgreSQL with backups, a read replica on demand and alarms that reach you."
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
  description = "Data is not purged by mistake. {{UIMeta group=0 order=5 }}"
  type        = bool
  default     = false
}

variable "name" {
  description = "Name of the instance. {{UIMeta group=1 order=1 }}"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.name))
    error_message = "The name begins with a lower-case letter; lower-case letters, digits and dashes follow."
  }

  validation {
    condition     = length(var.name) >= 3 && length(var.name) <= 20
    error_message = "The name has 3 to 20 characters, this one has ${length(var.name)}."
  }
}

variable "engine_version" {
  description = "Version of PostgreSQL. {{UIMeta group=1 order=2 options=POSTGRES_14,POSTGRES_15,POSTGRES_16 }}"
  type        = string
  default     = "POSTGRES_16"

  validation {
    condition     = contains(["POSTGRES_14", "POSTGRES_15", "POSTGRES_16"], var.engine_version)
    error_message = "The version is POSTGRES_14, POSTGRES_15 or POSTGRES_16."
  }
}

variable "zone" {
  description = "Zone of the instance. {{UIMeta group=1 order=3 }}"
  type        = string
  default     = "a"

  validation {
    condition     = contains(["a", "b", "c"], var.zone)
    error_message = "There are the zones a, b and c."
  }
}

variable "storage_gib" {
  description = "Storage in GiB. {{UIMeta group=2 order=1 updatesafe }}"
  type        = number
  default     = 50

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 4000
    error_message = "Storage is between 20 and 4000 GiB."
  }

  validation {
    condition     = var.storage_gib % 10 == 0
    error_message = "Storage comes in steps of 10 GiB."
  }
}

variable "backup_days" {
  description = "Days for which backups are kept. {{UIMeta group=2 order=2 updatesafe }}"
  type        = list(number)
  default     = [1, 7, 30]

  validation {
    condition     = length(var.backup_days) > 0 && alltrue([for i, day in var.backup_days : i == 0 || day > var.backup_days[max(i - 1, 0)]])
    error_message = "Name at least one day, in rising order."
  }
}

variable "alarm_addresses" {
  description = "Who hears of alarms; at most five. {{UIMeta group=3 order=1 updatesafe }}"
  type        = set(string)
  default     = []

  validation {
    condition     = length(var.alarm_addresses) <= 5
    error_message = "At most five addresses."
  }

  validation {
    condition     = alltrue([for address in var.alarm_addresses : strcontains(address, "@")])
    error_message = "Each address holds an @."
  }
}

variable "labels" {
  description = "Labels of all resources. {{UIMeta group=3 order=2 updatesafe }}"
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.labels) : can(regex("^[a-z_]+$", key))])
    error_message = "The name of a label is made of lower-case letters and underscores."
  }
}

variable "maintenance" {
  description = "When the instance may be restarted. {{UIMeta group=3 order=3 updatesafe }}"
  type = object({
    day  = string
    hour = number
  })
  default = { day = "sunday", hour = 3 }

  validation {
    condition     = contains(["saturday", "sunday"], var.maintenance.day)
    error_message = "Maintenance is on saturday or sunday."
  }

  validation {
    condition     = var.maintenance.hour >= 0 && var.maintenance.hour < 24 && floor(var.maintenance.hour) == var.maintenance.hour
    error_message = "The hour is a whole number from 0 to 23."
  }
}
