# The functions: what runs, and what it may do.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name                 = "streamgate-dev"
  description          = "For the test."
  handler              = "index.handler"
  package              = { bucket = "artefacts", key = "streamgate/0123abc/bundle.zip", version = "v1", sha256 = "c2hh" }
  environment          = { STREAMGATE_STORE = "dynamodb:UserStreams" }
  permissions          = { users = { actions = ["dynamodb:GetItem"], resource = "arn:aws:dynamodb:eu-west-1:111122223333:table/UserStreams" } }
  memory_mb            = 512
  timeout_seconds      = 10
  reserved_concurrency = null
  log_retention_days   = 30
  tracing              = "none"
  otel_layer_arn       = null
}

run "plain" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_lambda_function.this.runtime == "nodejs22.x" && aws_lambda_function.this.architectures == tolist(["arm64"]) && aws_lambda_function.this.publish
    error_message = "Node 22 on arm64, in versions"
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == "c2hh" && aws_lambda_function.this.s3_object_version == "v1"
    error_message = "the code is the release, known by its checksum"
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1 && length(aws_lambda_provisioned_concurrency_config.live) == 0
    error_message = "no concurrency is reserved or provisioned unless asked for"
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "PassThrough" && length(aws_lambda_function.this.layers) == 0
    error_message = "nothing is traced unless asked for"
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.this.statement : statement.sid] == ["Log", "Users"]
    error_message = "the role may log, and what it is given"
  }

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.this.statement : !contains(statement.resources, "*")])
    error_message = "everything is narrowed to a resource"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/streamgate-dev" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "the log group is the function's own, and forgets"
  }
}

run "one_role_for_each_region" {
  command = plan
  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_iam_role.this.name == "streamgate-dev-eu-west-1" && aws_iam_role.this.permissions_boundary == null
    error_message = "roles belong to the account, so a second Region needs another name"
  }
}

run "bounded_and_encrypted" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    kms_key_arn              = "arn:aws:kms:eu-west-1:111122223333:key/0123"
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/bound"
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn
    error_message = "the role is bounded"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn && aws_lambda_function.this.kms_key_arn == var.kms_key_arn
    error_message = "log and variables are encrypted by the key"
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.this.statement : statement.resources if statement.sid == "Key"] == [toset([var.kms_key_arn])]
    error_message = "the role may use the key, and no other"
  }
}

run "kept_warm_and_traced" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    reserved_concurrency    = 100
    provisioned_concurrency = 5
    tracing                 = "xray"
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 100 && aws_lambda_provisioned_concurrency_config.live[0].provisioned_concurrent_executions == 5 && aws_lambda_provisioned_concurrency_config.live[0].qualifier == "live"
    error_message = "the alias is kept warm, within what is reserved"
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active" && [for statement in data.aws_iam_policy_document.this.statement : statement.sid] == ["Log", "Users", "Trace"]
    error_message = "X-Ray needs active tracing and the right to write traces"
  }
}

run "otel" {
  command = plan

  module {
    source = "./modules/function"
  }
  variables {
    tracing        = "otel"
    otel_layer_arn = "arn:aws:lambda:eu-west-1:111122223333:layer:otel:7"
  }

  assert {
    condition     = aws_lambda_function.this.layers == tolist(["arn:aws:lambda:eu-west-1:111122223333:layer:otel:7"]) && aws_lambda_function.this.environment[0].variables["AWS_LAMBDA_EXEC_WRAPPER"] == "/opt/otel-handler"
    error_message = "OpenTelemetry is a layer and its wrapper"
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables["STREAMGATE_STORE"] == "dynamodb:UserStreams"
    error_message = "the wrapper comes beside our own variables"
  }
}

run "sweeper" {
  command = plan

  module {
    source = "./modules/sweeper"
  }
  variables {
    name                 = "streamgate-dev-sweep"
    schedule             = "rate(1 hour)"
    table_arn            = "arn:aws:dynamodb:eu-west-1:111122223333:table/UserStreams"
    finished_table_arn   = "arn:aws:dynamodb:eu-west-1:111122223333:table/UserStreams-finished"
    reserved_concurrency = 1
    read_capacity        = 5
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_target.function.input) == { readCapacity = 5 }
    error_message = "a sweep leaves the players their read units"
  }

  assert {
    condition     = aws_cloudwatch_event_rule.schedule.schedule_expression == "rate(1 hour)" && aws_cloudwatch_event_target.function.dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn
    error_message = "the schedule runs it, and what cannot be delivered is kept"
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.schedule.destination_config[0].on_failure[0].destination == aws_sqs_queue.dead_letters.arn && aws_lambda_function_event_invoke_config.schedule.qualifier == "live"
    error_message = "a run that failed is kept"
  }

  assert {
    condition     = output.name == "streamgate-dev-sweep" && output.dead_letter_name == "streamgate-dev-sweep-dead-letters"
    error_message = "function and queue have names to watch"
  }
}
