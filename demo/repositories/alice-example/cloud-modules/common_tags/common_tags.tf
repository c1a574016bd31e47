# Linked into the modules that tag their resources.
locals {
  common_tags = {
    made_by = "cloud-modules"
    contact = "alice@example.com"
  }
}
