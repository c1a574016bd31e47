terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "network" {
  input = "${var.network_name}-network"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made network"
  }
}

resource "terraform_data" "gateway" {
  input = "${var.network_name}-gateway"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made gateway"
  }

  depends_on = [terraform_data.network]
}

resource "terraform_data" "route_public" {
  input = "${var.network_name}-route-public"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made route-public"
  }

  depends_on = [terraform_data.gateway]
}

resource "terraform_data" "route_private" {
  input = "${var.network_name}-route-private"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made route-private"
  }

  depends_on = [terraform_data.route_public]
}

resource "terraform_data" "subnet_a" {
  input = "${var.network_name}-subnet-a"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made subnet-a"
  }

  depends_on = [terraform_data.route_private]
}

resource "terraform_data" "subnet_b" {
  input = "${var.network_name}-subnet-b"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made subnet-b"
  }

  depends_on = [terraform_data.subnet_a]
}

resource "terraform_data" "subnet_c" {
  input = "${var.network_name}-subnet-c"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made subnet-c"
  }

  depends_on = [terraform_data.subnet_b]
}

resource "terraform_data" "nat_address" {
  input = "${var.network_name}-nat-address"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made nat-address"
  }

  depends_on = [terraform_data.subnet_c]
}

resource "terraform_data" "nat_gateway" {
  input = "${var.network_name}-nat-gateway"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made nat-gateway"
  }

  depends_on = [terraform_data.nat_address]
}

resource "terraform_data" "firewall_in" {
  input = "${var.network_name}-firewall-in"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made firewall-in"
  }

  depends_on = [terraform_data.nat_gateway]
}

resource "terraform_data" "firewall_out" {
  input = "${var.network_name}-firewall-out"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made firewall-out"
  }

  depends_on = [terraform_data.firewall_in]
}

resource "terraform_data" "peering" {
  input = "${var.network_name}-peering"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made peering"
  }

  depends_on = [terraform_data.firewall_out]
}

resource "terraform_data" "dns_zone" {
  input = "${var.network_name}-dns-zone"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made dns-zone"
  }

  depends_on = [terraform_data.peering]
}

resource "terraform_data" "dns_records" {
  input = "${var.network_name}-dns-records"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made dns-records"
  }

  depends_on = [terraform_data.dns_zone]
}

resource "terraform_data" "endpoint_storage" {
  input = "${var.network_name}-endpoint-storage"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made endpoint-storage"
  }

  depends_on = [terraform_data.dns_records]
}

resource "terraform_data" "endpoint_registry" {
  input = "${var.network_name}-endpoint-registry"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made endpoint-registry"
  }

  depends_on = [terraform_data.endpoint_storage]
}

resource "terraform_data" "flow_logs" {
  input = "${var.network_name}-flow-logs"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made flow-logs"
  }

  depends_on = [terraform_data.endpoint_registry]
}

resource "terraform_data" "log_sink" {
  input = "${var.network_name}-log-sink"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made log-sink"
  }

  depends_on = [terraform_data.flow_logs]
}

resource "terraform_data" "alarms" {
  input = "${var.network_name}-alarms"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made alarms"
  }

  depends_on = [terraform_data.log_sink]
}

resource "terraform_data" "summary" {
  input = "${var.network_name}-summary"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo made summary"
  }

  depends_on = [terraform_data.alarms]
}
