# Each resource takes any method, and hands it to the function. The start has its own method, whose body is
# checked before the function is called.
locals {
  start_path = "users/{userId}/streams"

  methods = merge(
    { for node in concat(local.nodes, [""]) : "ANY /${node}" => { node = node, http_method = "ANY", is_validated = false } },
    { "POST /${local.start_path}" = { node = local.start_path, http_method = "POST", is_validated = true } },
  )

  # The start's body, by JSON Schema draft 4. The gateway refuses only what is no JSON object. The function knows
  # better what is wrong with the members, and names every fault.
  start_model = {
    "$schema"   = "http://json-schema.org/draft-04/schema#"
    title       = "Start"
    description = "The stream to start. /openapi.json says what each member may hold."
    type        = "object"
  }
}

resource "aws_api_gateway_model" "start" {
  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = "Start"
  description  = "The body of a start."
  content_type = "application/json"
  schema       = jsonencode(local.start_model)
}

resource "aws_api_gateway_request_validator" "body" {
  rest_api_id           = aws_api_gateway_rest_api.this.id
  name                  = "body"
  validate_request_body = true
}

resource "aws_api_gateway_method" "this" {
  for_each = local.methods

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = local.resource_ids[each.value.node]
  http_method          = each.value.http_method
  authorization        = "NONE"
  api_key_required     = length(var.consumers) > 0 && !contains(var.open_paths, each.value.node)
  request_validator_id = each.value.is_validated ? aws_api_gateway_request_validator.body.id : null
  request_models       = each.value.is_validated ? { "application/json" = aws_api_gateway_model.start.name } : null
  request_parameters   = { for name in regexall("\\{(\\w+)\\+?\\}", each.value.node) : "method.request.path.${name[0]}" => true }
}

resource "aws_api_gateway_integration" "this" {
  for_each = local.methods

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_method.this[each.key].resource_id
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.function_alias.invoke_arn
}
