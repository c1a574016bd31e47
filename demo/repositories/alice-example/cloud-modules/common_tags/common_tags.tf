# Linked into the modules that mark what they make.
locals {
  common_tags = {
    made_by = "cloud-modules"
    contact = "alice@example.com"
  }
}
