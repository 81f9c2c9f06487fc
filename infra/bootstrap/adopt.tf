# What is there already is taken over. All that belongs to a bucket is set and not made, so the buckets and
# the role are the only things that could be there twice.
data "aws_resourcegroupstaggingapi_resources" "buckets" {
  resource_type_filters = ["s3"]

  tag_filter {
    key    = "Purpose"
    values = ["bootstrap"]
  }
}

data "aws_iam_roles" "gateway_logs" {
  name_regex = "^${local.role_name}$"
}

locals {
  # Roles have no Region in their names by themselves.
  role_name = "${var.prefix}-gateway-logs-${data.aws_region.current.id}"

  present_buckets = [
    for mapping in data.aws_resourcegroupstaggingapi_resources.buckets.resource_tag_mapping_list :
    element(split(":::", mapping.resource_arn), 1)
  ]
}

import {
  for_each = { for role, name in local.bucket_names : role => name if contains(local.present_buckets, name) }
  to       = aws_s3_bucket.this[each.key]
  id       = each.value
}

# Every account has this setting, even if it was never made. A plan shows what it would change from.
import {
  for_each = var.gateway_log_role ? ["api-gateway-account"] : []
  to       = aws_api_gateway_account.this[0]
  id       = each.value
}

import {
  for_each = var.gateway_log_role ? data.aws_iam_roles.gateway_logs.names : []
  to       = aws_iam_role.gateway_logs[0]
  id       = each.value
}
