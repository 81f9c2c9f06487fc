# Settings without both throttle numbers would mean zero, and refuse every call. And a throttle that is removed from
# the configuration would stay on the stage, because the provider does not notice. So there are settings only if both
# numbers are set, and the stage is replaced if they are added or removed.
locals {
  is_throttled = var.throttle_rate != null && var.throttle_burst != null
}

resource "terraform_data" "is_throttled" {
  input = local.is_throttled
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = var.stage_name
  auto_deploy = true

  access_log_settings {
    destination_arn = var.access_log_arn
    format = jsonencode(merge(var.access_log_fields, {
      resource     = "$context.routeKey"
      latency      = "$context.responseLatency"
      gatewayError = "$context.error.responseType"
      tokenError   = "$context.authorizer.error"
    }))
  }

  dynamic "default_route_settings" {
    for_each = local.is_throttled ? [0] : []

    content {
      throttling_rate_limit  = var.throttle_rate
      throttling_burst_limit = var.throttle_burst
    }
  }

  lifecycle {
    replace_triggered_by = [terraform_data.is_throttled]
  }
}
