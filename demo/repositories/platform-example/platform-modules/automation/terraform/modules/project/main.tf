resource "terraform_data" "project" {
  input = "release-pipeline"
}
