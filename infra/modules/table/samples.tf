# The sample users, written as the service this replaces wrote them.
#
# They belong to the players from then on: whatever an item has become, an apply leaves it. An item that is
# gone, because its user was erased or held nothing when the sweeper came, is put there again, which is what
# `--samples` does elsewhere: a sample user who holds nothing gets its streams. The provider writes an item only
# where there is none, so one that came from elsewhere stops the apply and is not overwritten.
locals {
  samples = var.samples ? { user1 = ["abc"], user2 = ["abc", "def", "hij"] } : {}
}

resource "aws_dynamodb_table_item" "sample" {
  for_each = local.samples

  table_name = aws_dynamodb_table.users.name
  hash_key   = aws_dynamodb_table.users.hash_key
  item = jsonencode({
    UserId  = { S = each.key }
    Streams = { L = [for stream in each.value : { S = stream }] }
  })

  lifecycle {
    ignore_changes = [item]
  }
}
