# The sweeper is the same zip with another handler, run by a schedule. A run that failed twice ends in the queue,
# and so does an event that could not be delivered.
module "function" {
  source = "../function"

  name                 = var.name
  description          = "Removes lapsed leases and those of finished streams."
  handler              = "index.sweep"
  package              = var.package
  environment          = var.environment
  memory_mb            = 512
  timeout_seconds      = 900
  reserved_concurrency = var.reserved_concurrency
  log_retention_days   = var.log_retention_days
  tracing              = var.tracing
  otel_layer_arn       = var.otel_layer_arn

  kms_key_arn              = var.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn

  # The walk, and `replace` of the store: an update, the deletion of a user who holds nothing, and the read that
  # follows a conflict without an item.
  permissions = {
    users       = { actions = ["dynamodb:Scan", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:GetItem"], resource = var.table_arn }
    finished    = { actions = ["dynamodb:Query"], resource = var.finished_table_arn }
    deadLetters = { actions = ["sqs:SendMessage"], resource = aws_sqs_queue.dead_letters.arn }
  }
}

# The next sweep does what a failed one left, so one retry is enough. Unlike a dead-letter setting of the function, a
# destination gets the reason of the failure.
resource "aws_lambda_function_event_invoke_config" "schedule" {
  function_name                = module.function.alias.function_name
  qualifier                    = module.function.alias.name
  maximum_retry_attempts       = 1
  maximum_event_age_in_seconds = 3600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
}

# The longest time that SQS keeps a message.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_cloudwatch_event_rule" "schedule" {
  name                = var.name
  description         = "Starts a sweep."
  schedule_expression = var.schedule
}

resource "aws_cloudwatch_event_target" "function" {
  rule = aws_cloudwatch_event_rule.schedule.name
  arn  = module.function.alias.arn

  input = var.read_capacity == null ? null : jsonencode({ readCapacity = var.read_capacity })

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_lambda_permission" "schedule" {
  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = module.function.alias.function_name
  qualifier     = module.function.alias.name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.schedule.arn
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    sid       = "Undelivered"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.schedule.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  policy    = data.aws_iam_policy_document.dead_letters.json
}
