output "gateway" {
  description = "The API as the rest of the configuration knows it, whichever kind it is."
  value = {
    id            = aws_apigatewayv2_api.this.id
    url           = aws_apigatewayv2_stage.this.invoke_url
    execution_arn = aws_apigatewayv2_api.this.execution_arn
    metrics = {
      server_errors = "5xx"
      client_errors = "4xx"
      dimensions    = { ApiId = aws_apigatewayv2_api.this.id, Stage = aws_apigatewayv2_stage.this.name }
    }
  }
}
