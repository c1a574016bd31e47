resource "terraform_data" "route" {
  input = "somewhere else"
}
