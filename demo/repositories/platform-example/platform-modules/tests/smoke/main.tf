module "network" {
  source = "../../modules/Network_Foundation"

  seconds = 0
}
