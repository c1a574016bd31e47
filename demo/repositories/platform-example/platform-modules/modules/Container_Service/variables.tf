/**
 * Inputs of the container service, by the groups of its form.
 */

# Group 0: read by the platform, or for its admins

variable "module_description" {
  description = "What the catalogue says about this module. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = <<-EOT
    One container behind HTTPS, scaled to zero when nobody calls.

    * a **service** with its own address
    * an optional **worker** for work in the background
    * scaling between two limits
  EOT
}

variable "module_documentation" {
  description = "Where the module is explained. {{UIMeta group=0 order=2 }}"
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
  description = "Whether only Purchased credits may pay. {{UIMeta group=0 order=6 }}"
  type        = bool
  default     = false
}

variable "enable_purge" {
  description = "Whether the deployment may be purged. {{UIMeta group=0 order=7 }}"
  type        = bool
  default     = true
}

variable "public_access" {
  description = "Whether everybody may deploy this module. {{UIMeta group=0 order=8 }}"
  type        = bool
  default     = true
}

variable "shared_users" {
  description = "Who may deploy this module while it is not public. {{UIMeta group=0 order=9 }}"
  type        = list(string)
  default     = ["carol@example.com"]
}

variable "deployment_id" {
  description = "Short id that makes names unique. Leave blank to get one. {{UIMeta group=0 order=10 }}"
  type        = string
  default     = null
}

variable "resource_creator_identity" {
  description = "Identity that makes the resources. {{UIMeta group=0 order=11 updatesafe }}"
  type        = string
  default     = "creator@platform.example.com"
}

variable "enable_services" {
  description = "Whether the needed services are switched on first. {{UIMeta group=0 order=12 updatesafe}}"
  type        = bool
  default     = true
}

# Group 1: project

variable "project_name" {
  description = "Name of the project; lower-case letters, digits and dashes. {{UIMeta group=1 order=1 }}"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,29}$", var.project_name))
    error_message = "The project's name has 3 to 30 lower-case letters, digits and dashes, and begins with a letter."
  }
}

variable "environment" {
  description = "What the service is for. {{UIMeta group=1 order=2 options=development,staging,production }}"
  type        = string
  default     = "development"
}

variable "trusted_users" {
  description = "People who may administer the service. {{UIMeta group=1 order=3 updatesafe }}"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for user in var.trusted_users : can(regex("^[^@ ]+@[^@ ]+$", user))])
    error_message = "Each trusted user is an e-mail address."
  }
}

# Group 2: network

variable "region" {
  description = "Region of the service. {{UIMeta group=2 order=1 }}"
  type        = string
  default     = "europe-west1"

  validation {
    condition     = contains(["europe-west1", "europe-north1", "us-central1"], var.region)
    error_message = "The region is europe-west1, europe-north1 or us-central1."
  }
}

variable "allowed_ranges" {
  description = "Networks that may call the service. {{UIMeta group=2 order=2 updatesafe }}"
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "create_network" {
  description = "Whether to make a network. {{UIMeta group=2 order=2 }} Set it to false to use an existing one."
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
  description = "Processors of each instance. {{UIMeta options=1,2,4,8 order=2 group=3 }}"
  type        = number
  default     = 1
}

variable "memory_gib" {
  description = "Memory of each instance in GiB. {{uimeta group=3 order=3 updatesafe options=0.5,1,2,4 }}"
  type        = number
  default     = 0.5
}

variable "settings" {
  description = "Settings that the container finds in its environment. {{UIMeta group=3 order=4 updatesafe }}"
  type        = map(string)
  default     = { LOG_LEVEL = "info" }
}

# Group 4: scaling

variable "smallest_count" {
  description = "Instances that always run. {{UIMeta group=4 order=1 updatesafe }}"
  type        = number
  default     = 0
}

variable "largest_count" {
  description = "Instances at most. {{UIMeta group=4 order=2 updatesafe }}"
  type        = number
  default     = 3

  validation {
    condition     = var.largest_count >= 1 && var.largest_count <= 20
    error_message = "Between 1 and 20 instances."
  }
}

variable "cpu_targets" {
  description = "Load in percent at which it grows, by step. {{UIMeta group=4 order=3 updatesafe }}"
  type        = list(number)
  default     = [50, 70.5, 90]
}

# Group 6: worker. There is no group 5.

variable "worker" {
  description = "Work in the background: image and instances. {{UIMeta group=6 order=1 }}"
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
  description = "Who is asked when the service is down. It has no place in the form's steps."
  type        = string
  default     = ""
}
