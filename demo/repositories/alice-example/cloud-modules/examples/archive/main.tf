module "archive" {
  source = "../../object_archive"
}
