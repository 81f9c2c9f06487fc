# One page that shows calls, answers, their time, denials, and the state of the table.
data "aws_region" "current" {}

locals {
  gateway_dimensions = flatten([for name, value in var.gateway_metrics.dimensions : [name, value]])

  widgets = [
    { title = "Requests, and what became of them", stat = "Sum", metrics = [
      concat(["AWS/ApiGateway", "Count"], local.gateway_dimensions),
      concat(["AWS/ApiGateway", var.gateway_metrics.client_errors], local.gateway_dimensions),
      concat(["AWS/ApiGateway", var.gateway_metrics.server_errors], local.gateway_dimensions),
    ] },
    { title = "Decisions, refusals by policy among them", stat = "Sum", metrics = [
      for metric in ["Admitted", "Renewed", "Denied", "Evicted"] : [local.ours, metric, "FunctionName", var.functions.api]
    ] },
    { title = "Share of requests that are faults", stat = "Average", metrics = [
      [local.ours, "Faults", "FunctionName", var.functions.api],
    ] },
    { title = "p99, in milliseconds: gateway, function, store", stat = "p99", metrics = [
      concat(["AWS/ApiGateway", "Latency"], local.gateway_dimensions),
      [local.lambda, "Duration", "FunctionName", var.functions.api],
      [local.ours, "StoreTime", "FunctionName", var.functions.api],
    ] },
    { title = "Runs at once", stat = "Maximum", metrics = [
      for name in values(var.functions) : [local.lambda, "ConcurrentExecutions", "FunctionName", name]
    ] },
    { title = "Errors and throttles of the functions", stat = "Sum", metrics = [
      for pair in setproduct(values(var.functions), ["Errors", "Throttles"]) :
      [local.lambda, pair[1], "FunctionName", pair[0]]
    ] },
    { title = "Units that the tables use, and calls they refuse", stat = "Sum", metrics = [
      for pair in setproduct(values(var.table_names), ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"]) :
      [local.dynamodb, pair[1], "TableName", pair[0]]
    ] },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  # Dashboards belong to the account and not to a Region.
  dashboard_name = "${var.name}-${data.aws_region.current.id}"
  dashboard_body = jsonencode({
    widgets = [for index, widget in local.widgets : {
      type   = "metric"
      x      = index % 2 * 12
      y      = floor(index / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = widget.title
        region  = data.aws_region.current.id
        stat    = widget.stat
        period  = 60
        metrics = widget.metrics
      }
    }]
  })
}
