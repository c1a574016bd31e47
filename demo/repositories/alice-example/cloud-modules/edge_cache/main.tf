resource "terraform_data" "cache" {
  for_each = toset(var.places)

  input = "${var.cache_name}-${each.value}"
}
