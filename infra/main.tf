# Streamgate on AWS: API Gateway → Lambda → DynamoDB, from one released zip.
#
# The release is fetched by its commit. Its checksum, which S3 keeps, is the function's CodeSha256. So an
# apply of the same commit changes nothing, and a roll-back is an apply of the commit before.
data "aws_s3_object" "release" {
  bucket        = var.artefact_bucket
  key           = "streamgate/${var.release}/bundle.zip"
  checksum_mode = "ENABLED"

  lifecycle {
    postcondition {
      condition     = self.checksum_sha256 != null && self.checksum_sha256 != ""
      error_message = "s3://${var.artefact_bucket}/streamgate/${var.release}/bundle.zip carries no SHA-256: release it with `npm run release`, which stores one."
    }
  }
}

locals {
  full_name  = "${var.name}-${var.environment}"
  stage_name = coalesce(var.stage, var.environment == "prod" ? "prod" : "test")

  package = {
    bucket  = var.artefact_bucket
    key     = data.aws_s3_object.release.key
    version = data.aws_s3_object.release.version_id
    sha256  = data.aws_s3_object.release.checksum_sha256
  }

  # A start reads, writes at most five times before it gives up a race, and may have to read which streams have
  # finished. The eighth share is for everything but the store. The store's client never waits longer than two seconds.
  store_timeout_ms = min(2000, floor(var.timeout_seconds * 1000 / 8))

  # A scan without a bound would take the units that the players need.
  sweep_read_capacity = (
    var.sweep_read_capacity != null ? var.sweep_read_capacity :
    var.capacity_mode == "provisioned" ? max(1, floor(var.read_capacity / 4)) : null
  )

  settings = merge(
    { STREAMGATE_STORE = "dynamodb:${module.table.name}" },
    var.log_decisions == "changes" ? {} : { STREAMGATE_LOG_DECISIONS = var.log_decisions },
    var.policy == "" ? {} : { STREAMGATE_POLICY = var.policy },
    var.jwt == null ? {} : { STREAMGATE_JWT_USER_CLAIM = var.jwt_user_claim },
    var.auth_settings,
    # Behind an HTTP API too. If tokens are checked, a preflight has its own route and must be answered there.
    length(var.cors_origins) > 0 ? {
      STREAMGATE_CORS_ORIGINS = join(",", var.cors_origins)
      STREAMGATE_CORS_HEADERS = join(",", var.cors_headers)
    } : {},
  )
}

module "table" {
  source = "./modules/table"

  name                   = var.table_name
  capacity_mode          = var.capacity_mode
  read_capacity          = var.read_capacity
  write_capacity         = var.write_capacity
  autoscaling            = var.autoscaling
  ttl                    = var.table_ttl
  kms_key_arn            = var.kms_key_arn
  point_in_time_recovery = var.point_in_time_recovery
  deletion_protection    = var.deletion_protection
  samples                = var.samples
}

module "function" {
  source = "./modules/function"

  name                    = local.full_name
  description             = "Decides whether a user may start one more stream."
  handler                 = "index.handler"
  package                 = local.package
  memory_mb               = var.memory_mb
  timeout_seconds         = var.timeout_seconds
  reserved_concurrency    = var.reserved_concurrency
  provisioned_concurrency = var.provisioned_concurrency
  log_retention_days      = var.log_retention_days
  tracing                 = var.tracing
  otel_layer_arn          = var.otel_layer_arn
  environment             = merge(local.settings, { STREAMGATE_STORE_TIMEOUT_MS = tostring(local.store_timeout_ms) })

  kms_key_arn              = var.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn

  # What the store calls for a start, a heartbeat, a stop, a look and an erase, and the registry of finished
  # streams for a look and an entry.
  permissions = {
    users    = { actions = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"], resource = module.table.arn }
    finished = { actions = ["dynamodb:Query", "dynamodb:PutItem"], resource = module.table.finished_arn }
  }
}

module "sweeper" {
  source = "./modules/sweeper"
  count  = var.sweep_schedule == null ? 0 : 1

  name                 = "${local.full_name}-sweep"
  schedule             = var.sweep_schedule
  package              = local.package
  reserved_concurrency = var.sweep_reserved_concurrency
  read_capacity        = local.sweep_read_capacity
  log_retention_days   = var.log_retention_days
  tracing              = var.tracing
  otel_layer_arn       = var.otel_layer_arn
  environment          = merge(local.settings, { STREAMGATE_STORE_TIMEOUT_MS = "2000" })
  table_arn            = module.table.arn
  finished_table_arn   = module.table.finished_arn

  kms_key_arn              = var.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "watch" {
  source = "./modules/watch"

  name             = local.full_name
  actions          = var.alarm_actions
  thresholds       = var.alarm_thresholds
  functions        = merge({ api = module.function.name }, { for sweeper in module.sweeper : "sweep" => sweeper.name })
  gateway_metrics  = local.gateway.metrics
  table_names      = { users = module.table.name, finished = module.table.finished_name }
  dead_letter_name = one(module.sweeper[*].dead_letter_name)
}
