# The sample users, written as the service this replaces wrote them.
#
# From then on they belong to the players. An apply leaves an item as it is. If an item is gone, because its user was
# erased or held nothing when the sweeper came, it is written again. `--samples` does the same elsewhere: a sample
# user who holds nothing gets its streams. The provider writes an item only if there is none. So an item from
# elsewhere stops the apply, and is not overwritten.
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
