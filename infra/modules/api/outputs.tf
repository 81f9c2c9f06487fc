output "id" {
  description = "The API's id."
  value       = local.gateway.id
}

output "url" {
  description = "Where the API answers, with its stage."
  value       = local.gateway.url
}

output "keys" {
  description = "The API key of each consumer."
  value       = try(module.rest[0].keys, {})
  sensitive   = true
}

output "metrics" {
  description = "What the gateway's figures are called in CloudWatch."
  value       = local.gateway.metrics
}
