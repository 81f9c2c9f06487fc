# An HTTP API is cheaper. It has tokens and CORS, and no keys, plans, validation or firewall. Its own refusals
# (401, 429) have its own words, which cannot be changed.
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

# Every path, with what its callers need. All other paths are treated like those for players.
#
# A token is a viewer's, so it must not open operators' paths. An HTTP API has no way to refuse a path. So it asks
# for a signature of the account there, and the function refuses the call even then. A browser sends its preflight
# without a token, so preflights have routes of their own that ask for none. `ANY` would catch them otherwise, and the
# authorizer refuse them.
locals {
  has_tokens       = var.jwt != null
  asked_of_viewers = local.has_tokens ? "JWT" : "NONE"
  has_preflights   = local.has_tokens && length(var.cors_origins) > 0

  routes = merge(
    { for path in var.viewer_paths : "ANY /${path}" => local.asked_of_viewers },
    { for path in var.operator_paths : "ANY /${path}" => local.has_tokens ? "AWS_IAM" : "NONE" },
    { for path in var.open_paths : "ANY /${path}" => "NONE" },
    { for path in concat(var.viewer_paths, ["{proxy+}"]) : "OPTIONS /${path}" => "NONE" if local.has_preflights },
    { "$default" = local.asked_of_viewers },
  )
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type = each.value
  authorizer_id      = each.value == "JWT" ? aws_apigatewayv2_authorizer.jwt[0].id : null
}
