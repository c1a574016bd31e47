# Copied into other folders, where this path leads somewhere.
module "roles" {
  source = "../account_map/modules/roles"
}
