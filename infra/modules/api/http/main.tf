# An HTTP API: cheaper, with tokens and CORS, and without keys, plans, validation and a firewall. What it
# refuses by itself (401, 429) it says in its own words; that cannot be changed.
resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "May this user start one more stream?"
  protocol_type = "HTTP"

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) == 0 ? [] : [var.cors_origins]

    content {
      allow_origins     = cors_configuration.value
      allow_credentials = !contains(cors_configuration.value, "*")
      allow_methods     = ["GET", "POST", "PUT", "DELETE"]
      allow_headers     = var.cors_headers
      expose_headers    = ["etag", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"]
      max_age           = 600
    }
  }
}

resource "aws_apigatewayv2_integration" "function" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = var.function_alias.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = var.jwt == null ? 0 : 1

  api_id           = aws_apigatewayv2_api.this.id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audience
  }
}

# Every path, whether it is behind a token, and the rest, which is treated like those for viewers.
locals {
  guarded_routes = concat([for path in var.guarded_paths : "ANY /${path}"], ["$default"])
  routes = merge(
    { for key in local.guarded_routes : key => var.jwt != null },
    { for path in var.open_paths : "ANY /${path}" => false },
  )
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type = each.value ? "JWT" : "NONE"
  authorizer_id      = each.value ? aws_apigatewayv2_authorizer.jwt[0].id : null
}
