# Alarms and the dashboard.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name             = "streamgate-dev"
  actions          = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
  thresholds       = { errors = 5, throttles = 5, p99_ms = 1000, gateway_5xx = 5, table = 5, faults = 5, denied = 1000 }
  functions        = { api = "streamgate-dev", sweep = "streamgate-dev-sweep" }
  gateway_metrics  = { server_errors = "5XXError", client_errors = "4XXError", dimensions = { ApiName = "streamgate-dev", Stage = "test" } }
  table_names      = { users = "UserStreams", finished = "UserStreams-finished" }
  dead_letter_name = "streamgate-dev-sweep-dead-letters"
}

run "alarms_and_dashboard" {
  command = plan

  module {
    source = "./modules/watch"
  }

  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.counted)) == toset([
      "api-errors", "sweep-errors", "api-throttles", "faults", "denied", "gateway-5xx", "dead-letters",
      "users-read-throttles", "users-write-throttles", "finished-read-throttles", "finished-write-throttles",
    ])
    error_message = "there is an alarm for each way to fail, and one for refusals"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.counted["denied"].namespace == "Streamgate" && aws_cloudwatch_metric_alarm.counted["denied"].metric_name == "Denied" && aws_cloudwatch_metric_alarm.counted["faults"].metric_name == "Faults"
    error_message = "refusals and faults are figures of our own, and apart"
  }

  assert {
    condition     = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.counted), [aws_cloudwatch_metric_alarm.p99]) : alarm.alarm_actions == toset(var.actions) && alarm.ok_actions == toset(var.actions) && alarm.alarm_description != ""])
    error_message = "each alarm is told, and says what it means"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.p99.extended_statistic == "p99" && aws_cloudwatch_metric_alarm.p99.threshold == 1000
    error_message = "one of a hundred may not take longer than a second"
  }

  assert {
    condition = alltrue(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
    [for metric in widget.properties.metrics : can(metric[3]) && length(metric) % 2 == 0]]))
    error_message = "each line must be a namespace, a metric, and names with values"
  }
}

run "no_sweeper_no_alarm_on_refusals" {
  command = plan
  module {
    source = "./modules/watch"
  }
  variables {
    functions        = { api = "streamgate-dev" }
    dead_letter_name = null
    thresholds       = { errors = 5, throttles = 5, p99_ms = 1000, gateway_5xx = 5, table = 5, faults = 5, denied = null }
  }

  assert {
    condition     = length(setintersection(keys(aws_cloudwatch_metric_alarm.counted), ["dead-letters", "sweep-errors", "denied"])) == 0
    error_message = "what is not there is not watched"
  }
}
