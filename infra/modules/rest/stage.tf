# The live part of the API. A deployment is a snapshot. A new one is made if the lists that it is made from change,
# or the files that say how. Hashes of the resources themselves would change at each apply.
resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  triggers = {
    content = sha256(jsonencode([
      local.methods,
      local.problems,
      local.start_model,
      length(var.consumers) > 0,
      [for file in ["main.tf", "methods.tf", "problems.tf"] : filesha256("${path.module}/${file}")],
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [
    aws_api_gateway_integration.this,
    aws_api_gateway_gateway_response.problem,
    aws_api_gateway_gateway_response.other,
  ]
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.stage_name
  xray_tracing_enabled = var.is_traced

  # Needs the account's role for logs, which the bootstrap configuration sets.
  access_log_settings {
    destination_arn = var.access_log_arn
    format = jsonencode(merge(var.access_log_fields, {
      resource      = "$context.resourcePath"
      latency       = "$context.responseLatency"
      apiKeyId      = "$context.identity.apiKeyId"
      gatewayError  = "$context.error.responseType"
      wafStatus     = "$context.waf.status"
      functionError = "$context.integration.status"
    }))
  }
}

# Execution logs stay off, because they would hold bodies and paths. Metrics by method stay off too, because each is
# billed. The alarms need those of the stage, which are free. -1 means only the account's throttle.
resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = false
    logging_level          = "OFF"
    throttling_rate_limit  = var.throttle_rate == null ? -1 : var.throttle_rate
    throttling_burst_limit = var.throttle_burst == null ? -1 : var.throttle_burst
  }
}
