variable "module_description" {
  description = "What the catalogue says about this module. {{UIMeta group=0 order=1 }}"
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
  description = "What visitors read first; any characters. {{UIMeta group=1 order=3 updatesafe }}"
  type        = string
  default     = "Grüße, \"friend\" — 100 % $${free} %%{of} cost \\o/ 日本"
}

variable "note" {
  description = "Several lines for the footer. {{UIMeta group=1 order=4 updatesafe }}"
  type        = string
  default     = <<-EOT
    First line
      second line, set in
    "third" line
  EOT
}

variable "subtitle" {
  description = "Shown below the name; may be empty. {{UIMeta group=1 order=5 updatesafe }}"
  type        = string
  default     = ""
}

variable "owner" {
  description = "Who looks after it. Leave blank for nobody. {{UIMeta group=1 order=6 updatesafe }}"
  type        = string
  default     = null
}

variable "instances" {
  description = "Number of instances. {{UIMeta group=2 order=1 updatesafe options=1,2,3,5 }}"
  type        = number
  default     = 2
}

variable "budget" {
  description = "Budget of a month; a fraction. {{UIMeta group=2 order=2 updatesafe }}"
  type        = number
  default     = 12.75
}

variable "largest_upload" {
  description = "Largest upload in bytes. {{UIMeta group=2 order=3 updatesafe }}"
  type        = number
  default     = 9007199254740991
}

variable "offset" {
  description = "Hours from UTC; may be negative, or blank. {{UIMeta group=2 order=4 updatesafe }}"
  type        = number
  default     = null
}

variable "https_only" {
  description = "Whether plain HTTP is refused. {{UIMeta group=3 order=1 updatesafe }}"
  type        = bool
  default     = true
}

variable "maintenance" {
  description = "Whether visitors see a maintenance page. {{UIMeta group=3 order=2 updatesafe }}"
  type        = bool
  default     = false
}

variable "indexed" {
  description = "Whether search engines may list it; blank leaves that to them. {{UIMeta group=3 order=3 updatesafe }}"
  type        = bool
  default     = null
}
