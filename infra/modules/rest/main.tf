# A REST API. Its resources are a tree, and a resource cannot name its parent within one block. So there is one block
# for each depth, all made from the list of paths.
locals {
  paths = concat(var.guarded_paths, var.open_paths, ["{proxy+}"])

  # Every prefix of every path.
  nodes = distinct(flatten([
    for path in local.paths : [
      for depth in range(1, length(split("/", path)) + 1) : join("/", slice(split("/", path), 0, depth))
    ]
  ]))
  nodes_by_depth = { for depth in range(1, 6) : depth => {
    for node in local.nodes : node => {
      parent = join("/", slice(split("/", node), 0, depth - 1))
      part   = split("/", node)[depth - 1]
    } if length(split("/", node)) == depth
  } }

  resource_ids = merge(
    { "" = aws_api_gateway_rest_api.this.root_resource_id },
    { for node, resource in aws_api_gateway_resource.depth_1 : node => resource.id },
    { for node, resource in aws_api_gateway_resource.depth_2 : node => resource.id },
    { for node, resource in aws_api_gateway_resource.depth_3 : node => resource.id },
    { for node, resource in aws_api_gateway_resource.depth_4 : node => resource.id },
    { for node, resource in aws_api_gateway_resource.depth_5 : node => resource.id },
  )
}

# All bodies of the API are text in UTF-8, JSON or the lines of a player's report, so no media type is declared
# binary. Declared ones would come in base64 and could not be validated.
resource "aws_api_gateway_rest_api" "this" {
  name        = var.name
  description = "May this user start one more stream?"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_resource" "depth_1" {
  for_each = local.nodes_by_depth[1]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = each.value.part
}

resource "aws_api_gateway_resource" "depth_2" {
  for_each = local.nodes_by_depth[2]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_1[each.value.parent].id
  path_part   = each.value.part
}

resource "aws_api_gateway_resource" "depth_3" {
  for_each = local.nodes_by_depth[3]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_2[each.value.parent].id
  path_part   = each.value.part
}

resource "aws_api_gateway_resource" "depth_4" {
  for_each = local.nodes_by_depth[4]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_3[each.value.parent].id
  path_part   = each.value.part
}

resource "aws_api_gateway_resource" "depth_5" {
  for_each = local.nodes_by_depth[5]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_4[each.value.parent].id
  path_part   = each.value.part
}
