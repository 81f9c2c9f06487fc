# A web ACL in front of the stage. Either one made elsewhere, or a small one that blocks addresses that call too often.
locals {
  has_own_acl = var.waf_rate_per_ip != null
  has_acl     = local.has_own_acl || var.waf_acl_arn != null
}

resource "aws_wafv2_web_acl" "rate" {
  count = local.has_own_acl ? 1 : 0

  name        = var.name
  description = "Blocks an address that calls too often."
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "rate-per-address"
    priority = 1

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = var.waf_rate_per_ip
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-rate-per-address"
      sampled_requests_enabled   = false
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "stage" {
  count = local.has_acl ? 1 : 0

  resource_arn = aws_api_gateway_stage.this.arn
  web_acl_arn  = local.has_own_acl ? aws_wafv2_web_acl.rate[0].arn : var.waf_acl_arn
}
