# The HTTP API: its routes, throttle, tokens and CORS.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name              = "streamgate-dev"
  stage_name        = "test"
  viewer_paths      = ["users/{userId}/streams", "users/{userId}/streams/{id}"]
  operator_paths    = ["users/{userId}", "streams/{streamId}"]
  open_paths        = ["livez", "problems/{type}"]
  function_alias    = { invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/live/invocations" }
  throttle_rate     = 10000
  throttle_burst    = 5000
  access_log_arn    = "arn:aws:logs:eu-west-1:111122223333:log-group:access"
  access_log_fields = { requestId = "$context.requestId" }
  jwt               = null
  cors_origins      = []
  cors_headers      = ["content-type", "if-match"]
}

run "routes_and_throttle" {
  command = plan

  module {
    source = "./modules/http"
  }

  assert {
    condition     = toset(keys(aws_apigatewayv2_route.this)) == toset(["ANY /users/{userId}/streams", "ANY /users/{userId}/streams/{id}", "ANY /users/{userId}", "ANY /streams/{streamId}", "ANY /livez", "ANY /problems/{type}", "$default"])
    error_message = "each path must have a route of its own, and the rest one for all"
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "NONE"]) && length(aws_apigatewayv2_authorizer.jwt) == 0
    error_message = "nobody needs a token unless asked for"
  }

  assert {
    condition     = aws_apigatewayv2_integration.function.payload_format_version == "2.0" && length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "events are of format 2.0, and no preflight is answered"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 10000 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 5000
    error_message = "one number without the other would refuse everything"
  }
}

run "tokens_pages_and_no_throttle" {
  command = plan

  module {
    source = "./modules/http"
  }

  variables {
    jwt            = { issuer = "https://id.example", audience = ["streamgate"] }
    cors_origins   = ["https://watch.example"]
    throttle_rate  = null
    throttle_burst = null
  }

  assert {
    condition     = toset([for key, route in aws_apigatewayv2_route.this : key if route.authorization_type == "JWT"]) == toset(["ANY /users/{userId}/streams", "ANY /users/{userId}/streams/{id}", "$default"])
    error_message = "what is for players needs a token, and so does all that is unknown"
  }

  assert {
    condition     = toset([for key, route in aws_apigatewayv2_route.this : key if route.authorization_type == "AWS_IAM"]) == toset(["ANY /users/{userId}", "ANY /streams/{streamId}"])
    error_message = "no token may open what is for operators"
  }

  assert {
    condition     = toset([for key, route in aws_apigatewayv2_route.this : key if startswith(key, "OPTIONS ") && route.authorization_type == "NONE"]) == toset(["OPTIONS /users/{userId}/streams", "OPTIONS /users/{userId}/streams/{id}", "OPTIONS /{proxy+}"])
    error_message = "a preflight carries no token, so it must not meet the authorizer"
  }

  assert {
    condition     = contains(aws_apigatewayv2_api.this.cors_configuration[0].allow_origins, "https://watch.example") && contains(aws_apigatewayv2_api.this.cors_configuration[0].expose_headers, "retry-after") && toset(aws_apigatewayv2_api.this.cors_configuration[0].allow_headers) == toset(["content-type", "if-match"])
    error_message = "the page must be let in, send the headers that are set, and see when to come back"
  }

  assert {
    condition     = length(aws_apigatewayv2_stage.this.default_route_settings) == 0
    error_message = "without numbers there must be no settings"
  }
}
