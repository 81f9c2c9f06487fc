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

  # Reading and writing a table takes its key too, and so does starting with variables that are encrypted.
  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      resources = [statement.value]
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

data "aws_region" "current" {}

# An account has its roles for all Regions, so the Region is in the name: else a second one would fail half-way.
resource "aws_iam_role" "this" {
  name                 = "${var.name}-${data.aws_region.current.id}"
  description          = "What ${var.name} may do."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "exactly-what-it-uses"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
