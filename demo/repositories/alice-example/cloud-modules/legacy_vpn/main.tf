variable "tunnel_name" {
  description = "Name of the tunnel."
  type        = string
  default     = "office"
}

module "tunnel" {
  source = "../../shared/vpn"

  name = var.tunnel_name
}
