/**
 * Inputs of the container service, by the groups of its form.
 */

# Group 0: read by the platform, or for its admins

variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = <<-EOT
    One container behind HTTPS, scaled to zero when idle.

    * a **service** with its own address
    * an optional **worker** for background jobs
    * scaling between two limits
  EOT
}

variable "module_documentation" {
  description = "Address of the documentation. {{UIMeta group=0 order=2 }}"
  type        = string
  default     = "https://docs.example.com/modules/container-service"
}

variable "module_dependency" {
  description = "Modules to deploy before this one. {{UIMeta group=0 order=3 }}"
  type        = list(string)
  default     = ["Network Foundation"]
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=4 }}"
  type        = list(string)
  default     = ["web", "containers", "google"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=5 }}"
  type        = number
  default     = 20
}

variable "require_credit_purchases" {
  description = "Only Purchased credits can pay for it. {{UIMeta group=0 order=6 }}"
  type        = bool
  default     = false
}

variable "enable_purge" {
  description = "The deployment can be purged. {{UIMeta group=0 order=7 }}"
  type        = bool
  default     = true
}

variable "public_access" {
  description = "Everyone can deploy this module. {{UIMeta group=0 order=8 }}"
  type        = bool
  default     = true
}

variable "shared_users" {
  description = "People who can deploy this module while it is not public. {{UIMeta group=0 order=9 }}"
  type        = list(string)
  default     = ["carol@example.com"]
}

variable "deployment_id" {
  description = "Short id that makes names unique. Leave blank for a random one. {{UIMeta group=0 order=10 }}"
  type        = string
  default     = null
}

variable "resource_creator_identity" {
  description = "Identity that creates the resources. {{UIMeta group=0 order=11 updatesafe }}"
  type        = string
  default     = "creator@platform.example.com"
}

variable "enable_services" {
  description = "Turn on the required services first. {{UIMeta group=0 order=12 updatesafe}}"
  type        = bool
  default     = true
}

# Group 1: project

variable "project_name" {
  description = "Name of the project, in lower-case letters, digits and dashes. {{UIMeta group=1 order=1 }}"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,29}$", var.project_name))
    error_message = "Enter 3 to 30 lower-case letters, digits and dashes, starting with a letter."
  }
}

variable "environment" {
  description = "Stage of the service. {{UIMeta group=1 order=2 options=development,staging,production }}"
  type        = string
  default     = "development"
}

variable "trusted_users" {
  description = "Administrators. {{UIMeta group=1 order=3 updatesafe }}"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for user in var.trusted_users : can(regex("^[^@ ]+@[^@ ]+$", user))])
    error_message = "Enter one e-mail address per administrator."
  }
}

# Group 2: network

variable "region" {
  description = "Region of the service. {{UIMeta group=2 order=1 }}"
  type        = string
  default     = "europe-west1"

  validation {
    condition     = contains(["europe-west1", "europe-north1", "us-central1"], var.region)
    error_message = "Choose europe-west1, europe-north1 or us-central1."
  }
}

variable "allowed_ranges" {
  description = "Networks that can call the service. {{UIMeta group=2 order=2 updatesafe }}"
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "create_network" {
  description = "Create a network. {{UIMeta group=2 order=2 }} Turn it off to use an existing one."
  type        = bool
  default     = true
}

# Group 3: container

variable "image" {
  description = "Container image to run. {{UIMeta group=3 order=1 updatesafe }}"
  type        = string
  default     = "registry.example.com/hello:1.4"
}

variable "cpu_count" {
  description = "CPUs per instance. {{UIMeta options=1,2,4,8 order=2 group=3 }}"
  type        = number
  default     = 1
}

variable "memory_gib" {
  description = "Memory per instance (GiB). {{uimeta group=3 order=3 updatesafe options=0.5,1,2,4 }}"
  type        = number
  default     = 0.5
}

variable "settings" {
  description = "Environment variables of the container. {{UIMeta group=3 order=4 updatesafe }}"
  type        = map(string)
  default     = { LOG_LEVEL = "info" }
}

# Group 4: scaling

variable "smallest_count" {
  description = "Minimum number of instances. {{UIMeta group=4 order=1 updatesafe }}"
  type        = number
  default     = 0
}

variable "largest_count" {
  description = "Maximum number of instances. {{UIMeta group=4 order=2 updatesafe }}"
  type        = number
  default     = 3

  validation {
    condition     = var.largest_count >= 1 && var.largest_count <= 20
    error_message = "Enter 1 to 20 instances."
  }
}

variable "cpu_targets" {
  description = "Load at which instances are added (percent), by step. {{UIMeta group=4 order=3 updatesafe }}"
  type        = list(number)
  default     = [50, 70.5, 90]
}

# Group 6: worker. There is no group 5.

variable "worker" {
  description = "Background worker: image and instances. {{UIMeta group=6 order=1 }}"
  type = object({
    image = string
    count = optional(number, 1)
  })
  default = null
}

variable "schedules" {
  description = "Jobs by name. {{UIMeta group=6 order=2 updatesafe }}"
  type = map(object({
    every   = string
    command = list(string)
  }))
  default = {}
}

variable "support_contact" {
  description = "Contact when the service is down."
  type        = string
  default     = ""
}
