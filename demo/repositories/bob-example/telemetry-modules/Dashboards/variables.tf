variable "theme" {
  description = "Colours of the dashboards."
  type        = string
  default     = "light"
}

variable "columns" {
  description = "Number of columns."
  type        = number
  default     = 3
}
