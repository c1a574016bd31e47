terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "sensor_01" {
  input = "${var.site}-01"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_01 >> ${var.journal}"
  }
}

resource "terraform_data" "sensor_02" {
  input = "${var.site}-02"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_02 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_01]
}

resource "terraform_data" "sensor_03" {
  input = "${var.site}-03"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_03 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_02]
}

resource "terraform_data" "sensor_04" {
  input = "${var.site}-04"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_04 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_03]
}

resource "terraform_data" "sensor_05" {
  input = "${var.site}-05"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_05 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_04]
}

resource "terraform_data" "sensor_06" {
  input = "${var.site}-06"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_06 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_05]
}

resource "terraform_data" "sensor_07" {
  input = "${var.site}-07"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_07 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_06]
}

resource "terraform_data" "sensor_08" {
  input = "${var.site}-08"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_08 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_07]
}

resource "terraform_data" "sensor_09" {
  input = "${var.site}-09"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_09 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_08]
}

resource "terraform_data" "sensor_10" {
  input = "${var.site}-10"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_10 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_09]
}

resource "terraform_data" "sensor_11" {
  input = "${var.site}-11"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_11 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_10]
}

resource "terraform_data" "sensor_12" {
  input = "${var.site}-12"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_12 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_11]
}

resource "terraform_data" "sensor_13" {
  input = "${var.site}-13"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_13 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_12]
}

resource "terraform_data" "sensor_14" {
  input = "${var.site}-14"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_14 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_13]
}

resource "terraform_data" "sensor_15" {
  input = "${var.site}-15"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_15 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_14]
}

resource "terraform_data" "sensor_16" {
  input = "${var.site}-16"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_16 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_15]
}

resource "terraform_data" "sensor_17" {
  input = "${var.site}-17"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_17 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_16]
}

resource "terraform_data" "sensor_18" {
  input = "${var.site}-18"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_18 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_17]
}

resource "terraform_data" "sensor_19" {
  input = "${var.site}-19"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_19 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_18]
}

resource "terraform_data" "sensor_20" {
  input = "${var.site}-20"

  provisioner "local-exec" {
    command = "sleep ${var.seconds}; echo sensor_20 >> ${var.journal}"
  }

  depends_on = [terraform_data.sensor_19]
}
