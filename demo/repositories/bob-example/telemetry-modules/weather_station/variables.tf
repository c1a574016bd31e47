variable "station_name" {
  description = "Name of the station. {{UIMeta group=1 order=1 }}"
  type        = string
  default     = "kulle"
}

variable "height" {
  description = "Metres above sea level. {{UIMeta group=1 order=2 updatesafe }}"
  type        = number
  default     = 312.5
}
