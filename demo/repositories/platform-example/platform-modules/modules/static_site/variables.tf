variable "site_name" {
  description = "Name of the site, the first part of its address."
  type        = string
}

variable "domain" {
  description = "Domain of the site."
  type        = string
  default     = "sites.example.com"
}

variable "index_document" {
  description = "Page shown at the root of the site."
  type        = string
  default     = "index.html"
}

variable "keep_versions" {
  description = "Number of old versions of each page to keep."
  type        = number
  default     = 3
}
