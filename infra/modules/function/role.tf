# The role: the actions it is given, writing to its own log, and tracing where that is on.
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  dynamic "statement" {
    for_each = var.permissions

    content {
      sid       = title(statement.key)
      actions   = statement.value.actions
      resources = [statement.value.resource]
    }
  }

  # X-Ray knows no resources to narrow these down to.
  dynamic "statement" {
    for_each = local.is_traced ? ["*"] : []

    content {
      sid       = "Trace"
      actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  description        = "What ${var.name} may do."
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "this" {
  name   = "exactly-what-it-uses"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
