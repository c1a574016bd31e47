output "address" {
  description = "Address of the site."
  value       = "https://${terraform_data.certificate.output}/"
}

output "bucket" {
  description = "Name of the bucket that holds the pages."
  value       = terraform_data.bucket.output.name
}

output "versions_kept" {
  description = "Number of old versions kept of each page."
  value       = terraform_data.bucket.output.keep_versions
}
