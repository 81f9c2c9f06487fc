# The table of users, in the shape of the service this replaces, and the registry of finished streams.
# Only these two hold data. A plan that deletes or replaces one of them loses it.
locals {
  is_provisioned = var.capacity_mode == "provisioned"
}

resource "aws_dynamodb_table" "users" {
  name                        = var.name
  billing_mode                = local.is_provisioned ? "PROVISIONED" : "PAY_PER_REQUEST"
  read_capacity               = local.is_provisioned ? local.read_capacity : 0
  write_capacity              = local.is_provisioned ? local.write_capacity : 0
  hash_key                    = "UserId"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "UserId"
    type = "S"
  }

  # Removes users who left, long after their last lease. No decision reads it.
  ttl {
    attribute_name = "ExpiresAt"
    enabled        = var.ttl
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  # A replica in another Region is made outside of this configuration (docs/aws.md). It must not be removed here.
  lifecycle {
    ignore_changes = [replica]
  }
}

# A few entries an hour, read every few seconds. So it is always on demand.
resource "aws_dynamodb_table" "finished" {
  name                        = "${var.name}-finished"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "Shard"
  range_key                   = "FinishedAt"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "Shard"
    type = "S"
  }

  attribute {
    name = "FinishedAt"
    type = "S"
  }

  ttl {
    attribute_name = "ExpiresAt"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  # A replica in another Region is made outside of this configuration (docs/aws.md). It must not be removed here.
  lifecycle {
    ignore_changes = [replica]
  }
}
