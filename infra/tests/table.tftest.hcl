# The tables: their shape, how they are paid, and the sample users.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                   = "UserStreams"
  capacity_mode          = "on_demand"
  read_capacity          = 20
  write_capacity         = 20
  autoscaling            = null
  ttl                    = true
  kms_key_arn            = null
  point_in_time_recovery = true
  deletion_protection    = true
  samples                = false
}

run "on_demand" {
  module {
    source = "./modules/table"
  }

  assert {
    condition     = aws_dynamodb_table.users.billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.users.hash_key == "UserId" && aws_dynamodb_table.users.range_key == null
    error_message = "the table of users has one key, and is paid by request"
  }

  assert {
    condition     = aws_dynamodb_table.finished.name == "UserStreams-finished" && aws_dynamodb_table.finished.hash_key == "Shard" && aws_dynamodb_table.finished.range_key == "FinishedAt"
    error_message = "the registry of finished streams has Shard and FinishedAt"
  }

  assert {
    condition = alltrue([for table in [aws_dynamodb_table.users, aws_dynamodb_table.finished] : (
      table.ttl[0].attribute_name == "ExpiresAt" && table.ttl[0].enabled
      && table.point_in_time_recovery[0].enabled
      && table.server_side_encryption[0].enabled
      && table.deletion_protection_enabled
    )])
    error_message = "both tables forget by ExpiresAt, can be restored, are encrypted and cannot be deleted"
  }

  assert {
    condition     = length(aws_dynamodb_table_item.sample) == 0 && length(aws_appautoscaling_target.users) == 0
    error_message = "no samples and no scaling unless asked for"
  }
}

run "and_then_provisioned_with_samples" {
  module {
    source = "./modules/table"
  }

  variables {
    capacity_mode = "provisioned"
    samples       = true
  }

  assert {
    condition     = aws_dynamodb_table.users.billing_mode == "PROVISIONED" && aws_dynamodb_table.users.read_capacity == 20 && aws_dynamodb_table.users.write_capacity == 20
    error_message = "the switch must give what is configured, 20 and 20, and not one unit"
  }

  assert {
    condition     = jsondecode(aws_dynamodb_table_item.sample["user1"].item) == { UserId = { S = "user1" }, Streams = { L = [{ S = "abc" }] } }
    error_message = "user1 has one stream, in the shape of old"
  }

  assert {
    condition     = [for stream in jsondecode(aws_dynamodb_table_item.sample["user2"].item).Streams.L : stream.S] == ["abc", "def", "hij"]
    error_message = "user2 has three streams"
  }
}

run "without_ttl_and_with_a_key_of_your_own" {
  command = plan
  module {
    source = "./modules/table"
  }
  variables {
    ttl         = false
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0123"
  }

  assert {
    condition     = !aws_dynamodb_table.users.ttl[0].enabled && aws_dynamodb_table.finished.ttl[0].enabled
    error_message = "the table of users has no TTL; notes on finished streams are still forgotten"
  }

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.users, aws_dynamodb_table.finished] : table.server_side_encryption[0].kms_key_arn == var.kms_key_arn])
    error_message = "both tables are encrypted by the key"
  }
}

run "capacity_that_grew_is_left_alone" {
  command = plan
  module {
    source = "./modules/table"
  }
  variables {
    capacity_mode = "provisioned"
    autoscaling   = { max_read_capacity = 50, max_write_capacity = 400, target_percent = 70 }
  }
  override_data {
    target          = data.aws_dynamodb_tables.present
    override_during = plan
    values          = { names = ["UserStreams", "Other"] }
  }
  override_data {
    target          = data.aws_dynamodb_table.present
    override_during = plan
    values          = { read_capacity = 90, write_capacity = 130 }
  }

  assert {
    condition     = aws_dynamodb_table.users.read_capacity == 50 && aws_dynamodb_table.users.write_capacity == 130
    error_message = "an apply must keep what autoscaling made of it, within its bounds"
  }

  assert {
    condition     = aws_appautoscaling_target.users["write"].min_capacity == 20 && aws_appautoscaling_target.users["write"].max_capacity == 400
    error_message = "it grows from what is configured to the greatest"
  }
}

run "a_switch_to_autoscaling_gives_what_is_configured" {
  command = plan
  module {
    source = "./modules/table"
  }
  variables {
    capacity_mode = "provisioned"
    autoscaling   = { max_read_capacity = 50, max_write_capacity = 400, target_percent = 70 }
  }
  override_data {
    target          = data.aws_dynamodb_tables.present
    override_during = plan
    values          = { names = ["UserStreams"] }
  }
  override_data {
    target          = data.aws_dynamodb_table.present
    override_during = plan
    values          = { read_capacity = 0, write_capacity = 0 }
  }

  assert {
    condition     = aws_dynamodb_table.users.read_capacity == 20 && aws_dynamodb_table.users.write_capacity == 20
    error_message = "a table on demand has no units of its own"
  }
}
