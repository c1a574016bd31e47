variable "name" {
  description = "Name of the worker."
  type        = string
}

variable "image" {
  description = "Container image of the worker."
  type        = string
}

variable "instances" {
  description = "Number of instances."
  type        = number
}
