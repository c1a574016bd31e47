resource "terraform_data" "loop" {
  input = "loop"
}
