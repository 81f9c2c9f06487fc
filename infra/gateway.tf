# The gateway, of one kind or the other, before the same function.
#
# Paths are listed, although the function would find its way behind one `{proxy+}`. An HTTP API decodes
# parameters, and only a route of its own keeps an id with a slash in one piece. A REST API measures, validates
# and asks for keys by resource. Each path takes any method. Everything else goes to the function as well, so that
# an unknown path or method gets the 404 or 405 of the API and not one of the gateway's.
locals {
  # For players. They need a key or a token, if there are any.
  viewer_paths = [
    "users/{userId}/streams",
    "users/{userId}/streams/{id}",
    "users/{userId}/streams/{id}/stop",
    "users/{userId}/cmcd",
    "users/{userId}/devices",
    "users/{userId}/devices/{deviceId}",
  ]

  # For operators. They need a key too, and are closed if there are tokens, because tokens are those of viewers.
  operator_paths = ["users/{userId}", "streams/{streamId}", "streams/{streamId}/finish", "pools/{name}", "revocations"]

  # For probes and readers. Open to all callers.
  open_paths = ["livez", "readyz", "version", "openapi.json", "docs", "policy.schema.json", "decision.schema.json", "problems", "problems/{type}", "check", ".well-known/jwks.json"]
}

# What is logged of every request. Never its path, because that holds the user's id.
locals {
  access_log_fields = {
    requestId          = "$context.requestId"
    requestTime        = "$context.requestTime"
    sourceIp           = "$context.identity.sourceIp"
    method             = "$context.httpMethod"
    status             = "$context.status"
    responseLength     = "$context.responseLength"
    integrationLatency = "$context.integrationLatency"
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${local.full_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

module "rest" {
  source = "./modules/rest"
  count  = var.gateway == "rest" ? 1 : 0

  name              = local.full_name
  stage_name        = local.stage_name
  base_path         = var.base_path
  guarded_paths     = concat(local.viewer_paths, local.operator_paths)
  open_paths        = local.open_paths
  function_alias    = module.function.alias
  throttle_rate     = var.throttle_rate
  throttle_burst    = var.throttle_burst
  access_log_arn    = aws_cloudwatch_log_group.access.arn
  access_log_fields = local.access_log_fields
  consumers         = var.consumers
  waf_acl_arn       = var.waf_acl_arn
  waf_rate_per_ip   = var.waf_rate_per_ip
  is_traced         = var.tracing != "none"
}

module "http" {
  source = "./modules/http"
  count  = var.gateway == "http" ? 1 : 0

  name              = local.full_name
  stage_name        = local.stage_name
  viewer_paths      = local.viewer_paths
  operator_paths    = local.operator_paths
  open_paths        = local.open_paths
  function_alias    = module.function.alias
  throttle_rate     = var.throttle_rate
  throttle_burst    = var.throttle_burst
  access_log_arn    = aws_cloudwatch_log_group.access.arn
  access_log_fields = local.access_log_fields
  jwt               = var.jwt
  cors_origins      = var.cors_origins
  cors_headers      = var.cors_headers
}

# Only this stage of this API may call the alias.
resource "aws_lambda_permission" "gateway" {
  statement_id  = "gateway"
  action        = "lambda:InvokeFunction"
  function_name = module.function.alias.function_name
  qualifier     = module.function.alias.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${local.gateway.execution_arn}/${local.stage_name}/*"
}

locals {
  gateway = one(concat(module.rest[*].gateway, module.http[*].gateway))
}

# Deployments made before had these in a module of their own.
moved {
  from = module.api.aws_cloudwatch_log_group.access
  to   = aws_cloudwatch_log_group.access
}

moved {
  from = module.api.aws_lambda_permission.gateway
  to   = aws_lambda_permission.gateway
}

moved {
  from = module.api.module.rest
  to   = module.rest
}

moved {
  from = module.api.module.http
  to   = module.http
}
