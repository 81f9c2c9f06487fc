# Provisioned capacity, fixed or growing with use.
#
# If it grows, the table's present units are right, and an apply must not reset them to the minimum. To ignore changes
# of the capacity would do that, but then a switch from on demand would give one unit and not those configured. So the
# table's present units are read, if there is a table.
data "aws_dynamodb_tables" "present" {
  count = var.autoscaling == null ? 0 : 1
}

data "aws_dynamodb_table" "present" {
  count = var.autoscaling == null ? 0 : contains(data.aws_dynamodb_tables.present[0].names, var.name) ? 1 : 0
  name  = var.name
}

locals {
  present_read_capacity  = coalesce(one(data.aws_dynamodb_table.present[*].read_capacity), 0)
  present_write_capacity = coalesce(one(data.aws_dynamodb_table.present[*].write_capacity), 0)

  read_capacity  = var.autoscaling == null ? var.read_capacity : min(max(var.read_capacity, local.present_read_capacity), var.autoscaling.max_read_capacity)
  write_capacity = var.autoscaling == null ? var.write_capacity : min(max(var.write_capacity, local.present_write_capacity), var.autoscaling.max_write_capacity)

  scaled = var.autoscaling == null ? {} : {
    read = {
      dimension = "dynamodb:table:ReadCapacityUnits"
      metric    = "DynamoDBReadCapacityUtilization"
      min       = var.read_capacity
      max       = var.autoscaling.max_read_capacity
    }
    write = {
      dimension = "dynamodb:table:WriteCapacityUnits"
      metric    = "DynamoDBWriteCapacityUtilization"
      min       = var.write_capacity
      max       = var.autoscaling.max_write_capacity
    }
  }
}

resource "aws_appautoscaling_target" "users" {
  for_each = local.scaled

  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.users.name}"
  scalable_dimension = each.value.dimension
  min_capacity       = each.value.min
  max_capacity       = each.value.max
}

resource "aws_appautoscaling_policy" "users" {
  for_each = aws_appautoscaling_target.users

  name               = "${aws_dynamodb_table.users.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = each.value.service_namespace
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = var.autoscaling.target_percent

    predefined_metric_specification {
      predefined_metric_type = local.scaled[each.key].metric
    }
  }
}
