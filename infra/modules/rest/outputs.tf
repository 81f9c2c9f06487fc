output "gateway" {
  description = "The API as the rest of the configuration knows it, whichever kind it is."
  value = {
    id            = aws_api_gateway_rest_api.this.id
    url           = aws_api_gateway_stage.this.invoke_url
    execution_arn = aws_api_gateway_rest_api.this.execution_arn
    metrics = {
      server_errors = "5XXError"
      client_errors = "4XXError"
      dimensions    = { ApiName = aws_api_gateway_rest_api.this.name, Stage = aws_api_gateway_stage.this.stage_name }
    }
  }
}

output "keys" {
  description = "The API key of each consumer."
  value       = { for name, key in aws_api_gateway_api_key.consumer : name => key.value }
  sensitive   = true
}
