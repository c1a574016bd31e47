module "site" {
  source = "../../modules/static_site"

  site_name = "quickstart"
}
