# The alarms and their bounds. Denials by policy are the service at work. So they have their own alarm, and do not
# count as faults.
locals {
  lambda   = "AWS/Lambda"
  dynamodb = "AWS/DynamoDB"
  ours     = "Streamgate"
  api      = { FunctionName = var.functions.api }

  counted = merge(
    { for role, name in var.functions : "${role}-errors" => {
      namespace = local.lambda, metric = "Errors", dimensions = { FunctionName = name }, threshold = var.thresholds.errors
      says      = "Runs of ${name} ended in an error or out of time."
    } if role == "api" },
    { for role, name in var.functions : "${role}-errors" => {
      namespace = local.lambda, metric = "Errors", dimensions = { FunctionName = name }, threshold = 1
      says      = "A run of ${name} ended in an error or out of time."
    } if role != "api" },
    {
      api-throttles = {
        namespace = local.lambda, metric = "Throttles", dimensions = local.api, threshold = var.thresholds.throttles
        says      = "Calls were refused because all concurrency was in use: raise reserved_concurrency or the account's quota."
      }
      faults = {
        namespace = local.ours, metric = "Faults", dimensions = local.api, threshold = var.thresholds.faults
        says      = "The function answered requests with a 5xx. Its log says why."
      }
      gateway-5xx = {
        namespace = "AWS/ApiGateway", metric = var.gateway_metrics.server_errors, dimensions = var.gateway_metrics.dimensions, threshold = var.thresholds.gateway_5xx
        says      = "Callers got a 5xx, from the gateway or from the function."
      }
    },
    { for pair in setproduct(keys(var.table_names), ["Read", "Write"]) : "${pair[0]}-${lower(pair[1])}-throttles" => {
      namespace = local.dynamodb, metric = "${pair[1]}ThrottleEvents", dimensions = { TableName = var.table_names[pair[0]] }, threshold = var.thresholds.table
      says      = "DynamoDB refused calls on ${var.table_names[pair[0]]} because of its capacity, or because one user is called too often."
    } },
    var.thresholds.denied == null ? {} : { denied = {
      namespace = local.ours, metric = "Denied", dimensions = local.api, threshold = var.thresholds.denied
      says      = "Unusually many streams were refused because their limit is reached. Not a fault of the service: look for a changed policy, or players that do not stop their streams."
    } },
    var.dead_letter_name == null ? {} : { dead-letters = {
      namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = var.dead_letter_name }, threshold = 1
      says      = "A sweep failed finally. The message says which one. The alarm goes on until the queue is empty."
    } },
  )
}

resource "aws_cloudwatch_metric_alarm" "counted" {
  for_each = local.counted

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.key == "dead-letters" ? "Maximum" : "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = each.value.threshold
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.actions
  ok_actions          = var.actions
}

resource "aws_cloudwatch_metric_alarm" "p99" {
  alarm_name          = "${var.name}-p99"
  alarm_description   = "One decision of a hundred takes longer than this. Look at the table's latency, then at cold starts."
  namespace           = local.lambda
  metric_name         = "Duration"
  dimensions          = local.api
  extended_statistic  = "p99"
  period              = 300
  evaluation_periods  = 3
  threshold           = var.thresholds.p99_ms
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.actions
  ok_actions          = var.actions
}
