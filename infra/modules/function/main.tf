# One function from the released zip, with a log group and a role of its own, behind the alias `live`.
locals {
  is_traced = var.tracing != "none"
  is_otel   = var.tracing == "otel"
}

# It is made here and not by the first run. So it has a retention, and the role needs no permission to make it.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn

  s3_bucket         = var.package.bucket
  s3_key            = var.package.key
  s3_object_version = var.package.version
  source_code_hash  = var.package.sha256
  handler           = var.handler
  runtime           = "nodejs22.x"
  architectures     = ["arm64"]
  layers            = local.is_otel ? [var.otel_layer_arn] : []
  publish           = true

  kms_key_arn                    = var.kms_key_arn
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  environment {
    variables = merge(var.environment, local.is_otel ? { AWS_LAMBDA_EXEC_WRAPPER = "/opt/otel-handler" } : {})
  }

  tracing_config {
    mode = local.is_traced ? "Active" : "PassThrough"
  }

  # The first run needs its log group and its permissions.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

# Callers call this alias. It moves to a new version only when that exists.
resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that answers."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}
