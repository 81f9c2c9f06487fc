output "artefact_bucket" {
  description = "Where releases are kept."
  value       = aws_s3_bucket.this["artefacts"].id
}

output "state_bucket" {
  description = "Where Terraform's state is kept."
  value       = aws_s3_bucket.this["state"].id
}
