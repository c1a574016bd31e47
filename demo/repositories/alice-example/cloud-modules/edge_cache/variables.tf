variable "cache_name" {
  description = "Name of the cache."
  type        = string
  default     = "edge"
}

variable "places" {
  description = "Where the cache keeps copies."
  type        = list(string)
  default     = ["europe"
