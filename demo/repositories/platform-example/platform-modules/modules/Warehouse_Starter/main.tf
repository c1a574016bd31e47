terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "dataset" {
  input = "${var.warehouse_name}-dataset"

  provisioner "local-exec" {
    command = "if [ ${var.fail_at} -eq 1 ]; then echo 'quota exceeded: dataset' >&2; exit 1; fi"
  }
}

resource "terraform_data" "loader_account" {
  input = "${var.warehouse_name}-loader-account"

  provisioner "local-exec" {
    command = "if [ ${var.fail_at} -eq 2 ]; then echo 'quota exceeded: loader-account' >&2; exit 1; fi"
  }

  depends_on = [terraform_data.dataset]
}

resource "terraform_data" "reader_account" {
  input = "${var.warehouse_name}-reader-account"

  provisioner "local-exec" {
    command = "if [ ${var.fail_at} -eq 3 ]; then echo 'quota exceeded: reader-account' >&2; exit 1; fi"
  }

  depends_on = [terraform_data.loader_account]
}

resource "terraform_data" "nightly_load" {
  input = "${var.warehouse_name}-nightly-load"

  provisioner "local-exec" {
    command = "if [ ${var.fail_at} -eq 4 ]; then echo 'quota exceeded: nightly-load' >&2; exit 1; fi"
  }

  depends_on = [terraform_data.reader_account]
}

resource "terraform_data" "views" {
  input = "${var.warehouse_name}-views"

  provisioner "local-exec" {
    command = "if [ ${var.fail_at} -eq 5 ]; then echo 'quota exceeded: views' >&2; exit 1; fi"
  }

  depends_on = [terraform_data.nightly_load]
}

resource "terraform_data" "dashboard" {
  input = "${var.warehouse_name}-dashboard"

  provisioner "local-exec" {
    command = "if [ ${var.fail_at} -eq 6 ]; then echo 'quota exceeded: dashboard' >&2; exit 1; fi"
  }

  depends_on = [terraform_data.views]
}
