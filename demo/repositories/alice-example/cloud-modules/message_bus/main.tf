terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "queue" {
  for_each = toset(var.queues)

  input = "${each.value}-${try(var.weights[each.value], 1)}"
}

resource "terraform_data" "consumer" {
  for_each = var.consumers

  input = {
    name   = each.value
    labels = var.labels
  }
}
