variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "A web application behind HTTPS, with limits, switches and a note to its visitors."
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=2 }}"
  type        = list(string)
  default     = ["web", "aws"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=3 }}"
  type        = number
  default     = 35
}

variable "app_name" {
  description = "Name of the application. {{UIMeta group=1 order=1 }}"
  type        = string
}

variable "stage" {
  description = "Stage of the application. {{UIMeta group=1 order=2 options=test,staging,live }}"
  type        = string
  default     = "test"
}

variable "greeting" {
  description = "Greeting for visitors. Any characters. {{UIMeta group=1 order=3 updatesafe }}"
  type        = string
  default     = "Grüße, \"friend\" — 100 % $${free} %%{of} cost \\o/ 日本"
}

variable "note" {
  description = "Footer, several lines. {{UIMeta group=1 order=4 updatesafe }}"
  type        = string
  default     = <<-EOT
    First line
      second line, set in
    "third" line
  EOT
}

variable "subtitle" {
  description = "Shown below the name. Can be empty. {{UIMeta group=1 order=5 updatesafe }}"
  type        = string
  default     = ""
}

variable "owner" {
  description = "Contact. Leave blank for none. {{UIMeta group=1 order=6 updatesafe }}"
  type        = string
  default     = null
}

variable "instances" {
  description = "Number of instances. {{UIMeta group=2 order=1 updatesafe options=1,2,3,5 }}"
  type        = number
  default     = 2
}

variable "budget" {
  description = "Monthly budget, a fraction. {{UIMeta group=2 order=2 updatesafe }}"
  type        = number
  default     = 12.75
}

variable "largest_upload" {
  description = "Largest upload (bytes). {{UIMeta group=2 order=3 updatesafe }}"
  type        = number
  default     = 9007199254740991
}

variable "offset" {
  description = "Hours from UTC. Can be negative or blank. {{UIMeta group=2 order=4 updatesafe }}"
  type        = number
  default     = null
}

variable "https_only" {
  description = "Refuse plain HTTP. {{UIMeta group=3 order=1 updatesafe }}"
  type        = bool
  default     = true
}

variable "maintenance" {
  description = "Show a maintenance page. {{UIMeta group=3 order=2 updatesafe }}"
  type        = bool
  default     = false
}

variable "indexed" {
  description = "Let search engines list it. Leave blank to let them decide. {{UIMeta group=3 order=3 updatesafe }}"
  type        = bool
  default     = null
}
