# The whole, by what it says of itself: environments, gateways, who is let in.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment     = "dev"
  artefact_bucket = "streamgate-artefacts"
  release         = "0123abc"
}

run "by_default" {
  command = plan

  assert {
    condition     = output.table_name == "UserStreams" && output.finished_table_name == "UserStreams-finished"
    error_message = "the tables must be those of the service this replaces, and the registry beside it"
  }

  assert {
    condition     = output.stage == "test" && output.url == "https://abcdef1234.execute-api.eu-west-1.amazonaws.com/test"
    error_message = "the URL must end with the stage"
  }

  assert {
    condition     = output.curl == "curl -sS -X POST ${output.url}/users/user1/streams -H 'content-type: application/json' -d '{\"streamId\":\"456\"}'"
    error_message = "the command must be one to paste"
  }

  assert {
    condition     = output.function_name == "streamgate-dev" && output.function_alias == "live" && output.sweeper_name == "streamgate-dev-sweep"
    error_message = "the functions must be named after the environment"
  }

  assert {
    condition     = length(output.api_keys) == 0 && length(local.gateway.metrics.dimensions) == 2
    error_message = "without consumers there are no keys"
  }
}

run "a_new_account_can_be_deployed_to" {
  command = plan

  assert {
    condition     = var.sweep_reserved_concurrency == null && var.reserved_concurrency == null
    error_message = "an account with ten runs can reserve none of them"
  }

  assert {
    condition     = local.sweep_read_capacity == null
    error_message = "on demand a sweep needs no bound"
  }
}

run "a_sweep_takes_a_quarter_of_what_is_provisioned" {
  command = plan
  variables {
    capacity_mode = "provisioned"
    read_capacity = 50
  }

  assert {
    condition     = local.sweep_read_capacity == 12
    error_message = "the players need the rest"
  }
}

run "prod_with_a_consumer" {
  command = plan

  variables {
    environment = "prod"
    consumers   = { playback = { rate = 50, burst = 20 } }
  }

  assert {
    condition     = output.stage == "prod" && output.function_name == "streamgate-prod"
    error_message = "prod must have the stage prod"
  }

  assert {
    condition     = strcontains(output.curl, "x-api-key: $(terraform -chdir=infra output -json api_keys")
    error_message = "the command must take the key from the state and not print it"
  }
}

run "http_with_tokens_and_without_a_sweeper" {
  command = plan

  variables {
    gateway        = "http"
    jwt            = { issuer = "https://id.example", audience = ["streamgate"] }
    sweep_schedule = null
  }

  assert {
    condition     = local.gateway.metrics.server_errors == "5xx" && strcontains(output.curl, "authorization: Bearer $TOKEN")
    error_message = "an HTTP API's figures have other names, and a token must be sent"
  }

  assert {
    condition     = output.sweeper_name == null && length(module.sweeper) == 0
    error_message = "no schedule, no sweeper"
  }
}

run "a_release_without_a_checksum_is_refused" {
  command = plan

  override_data {
    target = data.aws_s3_object.release
    values = { checksum_sha256 = "" }
  }

  expect_failures = [data.aws_s3_object.release]
}

run "logged_decisions" {
  command = plan

  variables {
    log_decisions = "none"
  }

  assert {
    condition     = local.settings["STREAMGATE_LOG_DECISIONS"] == "none"
    error_message = "the functions must be told which decisions have a line"
  }
}

run "callers_checked_by_the_function" {
  command = plan

  variables {
    auth_settings = { STREAMGATE_AUTH = "api-key", STREAMGATE_API_KEYS = "{}" }
  }

  assert {
    condition     = local.settings["STREAMGATE_AUTH"] == "api-key" && local.settings["STREAMGATE_API_KEYS"] == "{}"
    error_message = "the functions must be told how callers are checked"
  }

  assert {
    condition     = output.asks_for_tokens
    error_message = "the test of a deployment must know that a call needs a key"
  }
}
