resource "terraform_data" "instance" {
  count = var.instances

  input = "${var.name}-${count.index} ${var.image}"
}
