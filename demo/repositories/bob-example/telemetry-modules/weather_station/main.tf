locals {
  mätning = {
    plats = var.station_name
    höjd  = var.height
  }

  plats = (
    local.mätning
    .plats
  )
}

resource "terraform_data" "station" {
  input = "${local.plats} at ${local.mätning.höjd} m"
}

output "station" {
  description = "The created resource."
  value       = terraform_data.station.output
}
