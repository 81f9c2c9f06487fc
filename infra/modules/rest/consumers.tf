# Each consumer has its own key and plan. So a consumer that calls too often uses up only its own share.
resource "aws_api_gateway_api_key" "consumer" {
  for_each = var.consumers

  name        = "${var.name}-${each.key}"
  description = "For ${each.key}."
}

resource "aws_api_gateway_usage_plan" "consumer" {
  for_each = var.consumers

  name        = "${var.name}-${each.key}"
  description = "For ${each.key}."

  api_stages {
    api_id = aws_api_gateway_rest_api.this.id
    stage  = aws_api_gateway_stage.this.stage_name
  }

  throttle_settings {
    rate_limit  = each.value.rate
    burst_limit = each.value.burst
  }

  dynamic "quota_settings" {
    for_each = each.value.daily_quota == null ? [] : [each.value.daily_quota]

    content {
      limit  = quota_settings.value
      period = "DAY"
    }
  }
}

resource "aws_api_gateway_usage_plan_key" "consumer" {
  for_each = var.consumers

  usage_plan_id = aws_api_gateway_usage_plan.consumer[each.key].id
  key_id        = aws_api_gateway_api_key.consumer[each.key].id
  key_type      = "API_KEY"
}
