locals {
  suffix = coalesce(var.deployment_id, "local")
  name   = "${var.project_name}-${local.suffix}"
}

resource "terraform_data" "network" {
  count = var.create_network ? 1 : 0

  input = {
    name   = "${local.name}-network"
    region = var.region
    ranges = var.allowed_ranges
  }
}

resource "terraform_data" "service" {
  input = {
    name  = local.name
    image = var.image
    manifest = templatefile("${path.module}/templates/service.yaml.tpl", {
      name     = local.name
      image    = var.image
      cpu      = var.cpu_count
      memory   = var.memory_gib
      settings = var.settings
      smallest = var.smallest_count
      largest  = var.largest_count
    })
  }

  provisioner "local-exec" {
    command = "sh '${path.module}/scripts/announce.sh' '${local.name}'"
  }

  depends_on = [terraform_data.network]
}

module "worker" {
  source = "./modules/attached-worker"
  count  = var.worker == null ? 0 : 1

  name      = "${local.name}-worker"
  image     = var.worker.image
  instances = var.worker.count
}
