variable "every" {
  description = "Minutes between checks. {{UIMeta group=1 order=1 updatesafe options=1,5,15 }}"
  type        = number
  default     = 5
}

locals {
  addresses = compact(split("\n", file("${path.module}/checks/addresses.txt")))
}

resource "terraform_data" "check" {
  for_each = toset(local.addresses)

  input = merge(local.common_tags, { address = each.value, every = var.every })
}

output "addresses" {
  description = "Addresses that are checked."
  value       = local.addresses
}

output "made_by" {
  description = "Owner in the tags of the checks."
  value       = local.common_tags.made_by
}

output "page" {
  description = "Address of the page."
  value       = "https://status.example.com/"
}
