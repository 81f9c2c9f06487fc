# A REST API writes access logs only by a role that is set once for the whole account and Region.
resource "aws_iam_role" "gateway_logs" {
  count = var.gateway_log_role ? 1 : 0

  name        = local.role_name
  description = "API Gateway writes access logs by this role."

  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

data "aws_partition" "current" {}

resource "aws_iam_role_policy_attachment" "gateway_logs" {
  count = var.gateway_log_role ? 1 : 0

  role       = aws_iam_role.gateway_logs[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  count = var.gateway_log_role ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.gateway_logs[0].arn

  depends_on = [aws_iam_role_policy_attachment.gateway_logs]
}
