# The gateway's own answers, in the one shape that all errors of the API have (RFC 9457). If the
# API has no problem of its own for it, the type is about:blank and the title the status in words.
locals {
  about_blank   = "about:blank"
  problems_path = "${trimsuffix(coalesce(var.base_path, "/${var.stage_name}"), "/")}/problems"

  problems = {
    BAD_REQUEST_BODY = {
      status = 400, type = "${local.problems_path}/invalid-request", title = "Invalid request", retry_seconds = null
      detail = "The body must be a JSON object in UTF-8."
      errors = [{ pointer = "", detail = "must be a JSON object in UTF-8" }]
    }
    BAD_REQUEST_PARAMETERS = {
      status = 400, type = "${local.problems_path}/invalid-request", title = "Invalid request", retry_seconds = null
      detail = "A parameter is missing from the path."
      errors = [{ pointer = "", detail = "a parameter is missing from the path" }]
    }
    UNAUTHORIZED = {
      status = 401, type = local.about_blank, title = "Unauthorized", retry_seconds = null
      detail = "The gateway does not know who is calling.", errors = null
    }
    INVALID_API_KEY = {
      status = 403, type = local.about_blank, title = "Forbidden", retry_seconds = null
      detail = "The header x-api-key must hold the key of a consumer.", errors = null
    }
    WAF_FILTERED = {
      status = 403, type = local.about_blank, title = "Forbidden", retry_seconds = null
      detail = "The firewall before the gateway refused the request.", errors = null
    }
    MISSING_AUTHENTICATION_TOKEN = {
      status = 404, type = "${local.problems_path}/not-found", title = "Not found", retry_seconds = null
      detail = "There is nothing at this path.", errors = null
    }
    REQUEST_TOO_LARGE = {
      status = 413, type = "${local.problems_path}/body-too-large", title = "Body too large", retry_seconds = null
      detail = "The body is too large: 8192 bytes at most, or 65536 for CMCD reports.", errors = null
    }
    THROTTLED = {
      status = 429, type = "${local.problems_path}/too-many-requests", title = "Too many requests", retry_seconds = 1
      detail = "More requests a second than the stage, or the consumer's usage plan, lets through.", errors = null
    }
    QUOTA_EXCEEDED = {
      status = 429, type = "${local.problems_path}/too-many-requests", title = "Too many requests", retry_seconds = 3600
      detail = "The consumer's requests of the day are used up.", errors = null
    }
    # The function is throttled, failed to start, or ran out of time. Nothing is known of a decision, and
    # the same call may be repeated. It takes no second slot.
    DEFAULT_5XX = {
      status = 503, type = local.about_blank, title = "Service Unavailable", retry_seconds = 1
      detail = "The function behind the gateway did not answer. Repeat the same call.", errors = null
    }
    INTEGRATION_FAILURE = {
      status = 503, type = local.about_blank, title = "Service Unavailable", retry_seconds = 1
      detail = "The function behind the gateway did not answer. Repeat the same call.", errors = null
    }
    INTEGRATION_TIMEOUT = {
      status = 503, type = local.about_blank, title = "Service Unavailable", retry_seconds = 1
      detail = "The function behind the gateway did not answer in time. Repeat the same call.", errors = null
    }
  }
}

resource "aws_api_gateway_gateway_response" "problem" {
  for_each = local.problems

  rest_api_id   = aws_api_gateway_rest_api.this.id
  response_type = each.key
  status_code   = tostring(each.value.status)

  response_templates = {
    "application/json" = jsonencode(merge(
      { type = each.value.type, title = each.value.title, status = each.value.status, detail = each.value.detail },
      each.value.errors == null ? {} : { errors = each.value.errors },
    ))
  }

  response_parameters = merge(
    {
      "gatewayresponse.header.Content-Type"  = "'application/problem+json'"
      "gatewayresponse.header.Cache-Control" = "'no-store'"
      "gatewayresponse.header.X-Request-Id"  = "context.requestId"
    },
    each.value.retry_seconds == null ? {} : { "gatewayresponse.header.Retry-After" = "'${each.value.retry_seconds}'" },
  )
}

# All other refusals of the gateway keep their status. A template cannot write it as a number of its own.
resource "aws_api_gateway_gateway_response" "other" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  response_type = "DEFAULT_4XX"

  response_templates = {
    "application/json" = jsonencode({ type = local.about_blank, title = "Refused by the gateway", detail = "The gateway refused the request." })
  }

  response_parameters = {
    "gatewayresponse.header.Content-Type"  = "'application/problem+json'"
    "gatewayresponse.header.Cache-Control" = "'no-store'"
    "gatewayresponse.header.X-Request-Id"  = "context.requestId"
  }
}
