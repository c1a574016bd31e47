module "project" {
  source = "../modules/project"
}
