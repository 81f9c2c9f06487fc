# What cannot be right is refused before anything is asked of AWS, each by its own name. Every input of a run
# is wrong, and each must be found.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment     = "dev"
  artefact_bucket = "streamgate-artefacts"
  release         = "0123abc"
}

run "wrong_by_itself" {
  command = plan

  variables {
    environment                = "Prod!"
    name                       = "X"
    artefact_bucket            = "No Bucket"
    release                    = "main"
    table_name                 = "a b"
    capacity_mode              = "free"
    read_capacity              = 0
    write_capacity             = 1.5
    memory_mb                  = 64
    timeout_seconds            = 29
    reserved_concurrency       = 0
    log_retention_days         = 8
    log_decisions              = "some"
    policy                     = "policy.json"
    gateway                    = "websocket"
    stage                      = "a/b"
    base_path                  = "gate/"
    permissions_boundary_arn   = "bound"
    kms_key_arn                = "arn:aws:kms:eu-west-1:111122223333:alias/ours"
    sweep_read_capacity        = 0
    throttle_burst             = 0
    sweep_schedule             = "hourly"
    sweep_reserved_concurrency = 2
    tracing                    = "jaeger"
    alarm_actions              = ["on-call"]
    alarm_thresholds           = { errors = 0 }
  }

  expect_failures = [
    var.environment,
    var.name,
    var.artefact_bucket,
    var.release,
    var.table_name,
    var.capacity_mode,
    var.read_capacity,
    var.write_capacity,
    var.memory_mb,
    var.timeout_seconds,
    var.reserved_concurrency,
    var.log_retention_days,
    var.log_decisions,
    var.policy,
    var.gateway,
    var.stage,
    var.base_path,
    var.permissions_boundary_arn,
    var.kms_key_arn,
    var.sweep_read_capacity,
    var.throttle_burst,
    var.sweep_schedule,
    var.sweep_reserved_concurrency,
    var.tracing,
    var.alarm_actions,
    var.alarm_thresholds,
  ]
}

run "wrong_behind_a_rest_api_on_demand" {
  command = plan

  variables {
    waf_acl_arn     = "ours"
    autoscaling     = { max_read_capacity = 100, max_write_capacity = 100 }
    policy          = "[]"
    throttle_rate   = null
    jwt             = { issuer = "https://id.example", audience = ["streamgate"] }
    otel_layer_arn  = "arn:aws:lambda:eu-west-1:111122223333:layer:otel:7"
    consumers       = { playback = { rate = 0, burst = 1 } }
    timeout_seconds = 2.5
    auth_settings   = { STREAMGATE_STORE = "memory:" }
  }

  expect_failures = [
    var.waf_acl_arn,
    var.autoscaling,
    var.policy,
    var.throttle_rate,
    var.jwt,
    var.otel_layer_arn,
    var.consumers,
    var.timeout_seconds,
    var.auth_settings,
  ]
}

run "neither_ttl_nor_sweeper" {
  command = plan

  variables {
    table_ttl      = false
    sweep_schedule = null
  }

  expect_failures = [var.table_ttl]
}

run "pages_with_keys" {
  command = plan

  variables {
    consumers    = { playback = { rate = 1, burst = 1 } }
    cors_origins = ["https://watch.example"]
  }

  expect_failures = [var.cors_origins]
}

run "wrong_behind_an_http_api_provisioned" {
  command = plan

  variables {
    gateway                 = "http"
    capacity_mode           = "provisioned"
    reserved_concurrency    = 5
    tracing                 = "otel"
    autoscaling             = { max_read_capacity = 10, max_write_capacity = 100 }
    waf_rate_per_ip         = 2000
    cors_origins            = ["https://watch.example/page"]
    cors_headers            = ["content type"]
    jwt                     = { issuer = "http://id.example", audience = ["streamgate"] }
    provisioned_concurrency = 6
    throttle_rate           = 0
    otel_layer_arn          = null
  }

  expect_failures = [
    var.autoscaling,
    var.waf_rate_per_ip,
    var.cors_origins,
    var.cors_headers,
    var.jwt,
    var.provisioned_concurrency,
    var.throttle_rate,
    var.otel_layer_arn,
  ]
}

run "keys_behind_an_http_api" {
  command = plan

  variables {
    gateway   = "http"
    consumers = { playback = { rate = 1, burst = 1 } }
  }

  expect_failures = [var.consumers]
}
