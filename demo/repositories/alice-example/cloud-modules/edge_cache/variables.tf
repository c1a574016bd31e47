variable "cache_name" {
  description = "Name of the cache."
  type        = string
  default     = "edge"
}

variable "places" {
  description = "Regions of the cache."
  type        = list(string)
  default     = ["europe"
