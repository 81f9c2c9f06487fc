# The REST API: its paths, what it refuses by itself, throttle, consumers, firewall.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name              = "streamgate-dev"
  stage_name        = "test"
  base_path         = null
  guarded_paths     = ["users/{userId}", "users/{userId}/streams", "users/{userId}/streams/{id}", "users/{userId}/streams/{id}/stop", "streams/{streamId}"]
  open_paths        = ["livez", "problems", "problems/{type}"]
  function_alias    = { invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/live/invocations" }
  throttle_rate     = 10000
  throttle_burst    = 5000
  access_log_arn    = "arn:aws:logs:eu-west-1:111122223333:log-group:access"
  access_log_fields = { requestId = "$context.requestId" }
  consumers         = {}
  waf_acl_arn       = null
  waf_rate_per_ip   = null
  is_traced         = false
}

run "paths_refusals_throttle" {
  module {
    source = "./modules/rest"
  }

  assert {
    condition     = toset(keys(aws_api_gateway_integration.this)) == toset(concat(["POST /users/{userId}/streams"], [for path in ["", "users", "users/{userId}", "users/{userId}/streams", "users/{userId}/streams/{id}", "users/{userId}/streams/{id}/stop", "streams", "streams/{streamId}", "livez", "problems", "problems/{type}", "{proxy+}"] : "ANY /${path}"]))
    error_message = "every resource, the root and all that is unknown must lead to the function"
  }

  assert {
    condition     = aws_api_gateway_resource.depth_5["users/{userId}/streams/{id}/stop"].parent_id == aws_api_gateway_resource.depth_4["users/{userId}/streams/{id}"].id && aws_api_gateway_resource.depth_5["users/{userId}/streams/{id}/stop"].path_part == "stop"
    error_message = "each resource must hang below its parent"
  }

  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.this : integration.type == "AWS_PROXY" && integration.uri == var.function_alias.invoke_arn])
    error_message = "all lead to the alias, as they came"
  }

  assert {
    condition     = [for key, method in aws_api_gateway_method.this : key if method.request_validator_id != null] == ["POST /users/{userId}/streams"]
    error_message = "the body of a start is validated, and no other"
  }

  assert {
    condition     = !anytrue([for method in aws_api_gateway_method.this : method.api_key_required])
    error_message = "without consumers nobody needs a key"
  }

  assert {
    condition = alltrue([for response in aws_api_gateway_gateway_response.problem : (
      response.response_parameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
      && tostring(jsondecode(response.response_templates["application/json"]).status) == response.status_code
      && jsondecode(response.response_templates["application/json"]).detail != ""
    )])
    error_message = "each must be problem+json whose status is the answer's"
  }

  assert {
    condition     = jsondecode(aws_api_gateway_gateway_response.problem["THROTTLED"].response_templates["application/json"]).type == "/test/problems/too-many-requests"
    error_message = "the type of a problem must be a path that callers can follow"
  }

  assert {
    condition = alltrue([for type, status in {
      BAD_REQUEST_BODY  = "400", INVALID_API_KEY = "403", WAF_FILTERED = "403", MISSING_AUTHENTICATION_TOKEN = "404",
      REQUEST_TOO_LARGE = "413", THROTTLED = "429", QUOTA_EXCEEDED = "429", DEFAULT_5XX = "503", INTEGRATION_TIMEOUT = "503",
    } : aws_api_gateway_gateway_response.problem[type].status_code == status])
    error_message = "each must have the status that the API has for it"
  }

  assert {
    condition = alltrue([for response in aws_api_gateway_gateway_response.problem :
    contains(["429", "503"], response.status_code) == contains(keys(response.response_parameters), "gatewayresponse.header.Retry-After")])
    error_message = "what may be repeated must say when"
  }

  assert {
    condition     = aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit == 10000 && aws_api_gateway_method_settings.all.settings[0].throttling_burst_limit == 5000 && aws_api_gateway_method_settings.all.settings[0].logging_level == "OFF"
    error_message = "the stage is throttled for all methods, and writes no bodies into a log"
  }
}

run "consumers_firewall_and_no_throttle" {
  command = plan

  module {
    source = "./modules/rest"
  }

  variables {
    consumers = {
      playback = { rate = 500, burst = 250, daily_quota = 1000000 }
      support  = { rate = 5, burst = 2 }
    }
    waf_rate_per_ip = 2000
    throttle_rate   = null
    throttle_burst  = null
  }

  assert {
    condition     = [for key, method in aws_api_gateway_method.this : key if !method.api_key_required] == ["ANY /livez", "ANY /problems", "ANY /problems/{type}"]
    error_message = "all but the open paths need a key"
  }

  assert {
    condition     = aws_api_gateway_usage_plan.consumer["playback"].throttle_settings[0].rate_limit == 500 && aws_api_gateway_usage_plan.consumer["playback"].quota_settings[0].limit == 1000000 && aws_api_gateway_usage_plan.consumer["playback"].quota_settings[0].period == "DAY"
    error_message = "each consumer has its rate, and its quota a day"
  }

  assert {
    condition     = length(aws_api_gateway_usage_plan.consumer["support"].quota_settings) == 0
    error_message = "a consumer without a quota has none"
  }

  assert {
    condition     = toset(keys(aws_api_gateway_usage_plan_key.consumer)) == toset(["playback", "support"])
    error_message = "each consumer has a key"
  }

  assert {
    condition     = length(aws_wafv2_web_acl.rate) == 1 && length(aws_wafv2_web_acl_association.stage) == 1
    error_message = "the ACL must be made, and put before the stage"
  }

  assert {
    condition     = aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit == -1 && aws_api_gateway_method_settings.all.settings[0].throttling_burst_limit == -1
    error_message = "-1 is off; 0 would refuse everything"
  }
}

run "firewall_made_elsewhere_and_custom_domain" {
  command = plan
  module {
    source = "./modules/rest"
  }
  variables {
    base_path   = "/gate"
    waf_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/ours/0123"
  }

  assert {
    condition     = length(aws_wafv2_web_acl.rate) == 0 && aws_wafv2_web_acl_association.stage[0].web_acl_arn == var.waf_acl_arn
    error_message = "an ACL that is there must be taken"
  }

  assert {
    condition     = jsondecode(aws_api_gateway_gateway_response.problem["BAD_REQUEST_BODY"].response_templates["application/json"]).type == "/gate/problems/invalid-request"
    error_message = "the base path of a custom domain must stand before the type"
  }
}
