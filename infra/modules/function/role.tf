# The role may do the given actions, write its own log, and trace if that is on.
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

  # To read and write a table needs its key too. So does a start with encrypted variables.
  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      resources = [statement.value]
    }
  }

  # X-Ray has no resources to restrict these to.
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

# Roles belong to the account and not to a Region. Without the Region in the name, a second deployment would fail.
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
