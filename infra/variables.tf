# All settings, in groups. docs/aws.md explains each, with the figure behind it.

# Which deployment.

variable "environment" {
  description = "Name of the deployment. Every resource's name ends with it, and it is a tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,15}$", var.environment))
    error_message = "environment must be 2 to 16 small letters and digits, such as dev or prod."
  }
}

variable "name" {
  description = "Prefix of every resource's name."
  type        = string
  default     = "streamgate"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,22}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 24 small letters, digits and hyphens."
  }
}

variable "tags" {
  description = "Tags on everything, in addition to Service, Environment and ManagedBy."
  type        = map(string)
  default     = {}
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the roles, if the account requires one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[^:]+:iam::[^:]+:policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy, or null."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts tables, logs and the functions' variables. null uses AWS's own keys. The key policy must let CloudWatch Logs use it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, and not of an alias, or null."
  }
}

variable "artefact_bucket" {
  description = "Bucket that holds the releases. The bootstrap configuration outputs it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.artefact_bucket))
    error_message = "artefact_bucket must be the name of an S3 bucket."
  }
}

variable "release" {
  description = "Commit to deploy. Its zip is streamgate/<commit>/bundle.zip in the artefact bucket."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{7,64}$", var.release))
    error_message = "release must be a commit, in hexadecimal digits."
  }
}

# The table.

variable "table_name" {
  description = "Name of the table of users. The table of finished streams is named <table_name>-finished. Two deployments in one account and Region need two names."
  type        = string
  default     = "UserStreams"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,246}$", var.table_name))
    error_message = "table_name must be 3 to 246 letters, digits, hyphens, dots and underscores."
  }
}

variable "samples" {
  description = "Whether the table gets the sample users user1 (1 stream) and user2 (3 streams)."
  type        = bool
  default     = false
}

variable "capacity_mode" {
  description = "How the table of users is billed: on_demand, or provisioned with read_capacity and write_capacity."
  type        = string
  default     = "on_demand"

  validation {
    condition     = contains(["on_demand", "provisioned"], var.capacity_mode)
    error_message = "capacity_mode must be on_demand or provisioned."
  }
}

variable "read_capacity" {
  description = "Read units a second if capacity is provisioned. With autoscaling the minimum."
  type        = number
  default     = 20

  validation {
    condition     = var.read_capacity >= 1 && floor(var.read_capacity) == var.read_capacity
    error_message = "read_capacity must be a whole number from 1."
  }
}

variable "write_capacity" {
  description = "Write units a second if capacity is provisioned, one for each decision. With autoscaling the minimum."
  type        = number
  default     = 20

  validation {
    condition     = var.write_capacity >= 1 && floor(var.write_capacity) == var.write_capacity
    error_message = "write_capacity must be a whole number from 1."
  }
}

variable "autoscaling" {
  description = "Lets provisioned capacity grow up to these units, so that target_percent of it is used. null keeps it fixed."
  type = object({
    max_read_capacity  = number
    max_write_capacity = number
    target_percent     = optional(number, 70)
  })
  default = null

  validation {
    condition     = var.autoscaling == null || var.capacity_mode == "provisioned"
    error_message = "autoscaling needs capacity_mode = \"provisioned\". A table on demand always scales."
  }

  validation {
    condition     = var.autoscaling == null ? true : var.autoscaling.max_read_capacity >= var.read_capacity && var.autoscaling.max_write_capacity >= var.write_capacity
    error_message = "autoscaling's greatest capacities must be no less than read_capacity and write_capacity."
  }

  validation {
    condition     = var.autoscaling == null ? true : var.autoscaling.target_percent >= 20 && var.autoscaling.target_percent <= 90
    error_message = "autoscaling.target_percent must be from 20 to 90."
  }
}

variable "point_in_time_recovery" {
  description = "Whether both tables can be restored to any second of the last 35 days."
  type        = bool
  default     = true
}

variable "table_ttl" {
  description = "Whether DynamoDB deletes users who left, thirty days after their last lease. Turn it off for a table with multi-Region strong consistency, which has no TTL, and while the old service also writes the table. The sweeper cleans up either way."
  type        = bool
  default     = true

  validation {
    condition     = var.table_ttl || var.sweep_schedule != null
    error_message = "table_ttl = false needs a sweep_schedule: nothing else would take users away who left."
  }
}

variable "deletion_protection" {
  description = "Whether AWS itself refuses to delete the tables. Turn it off before a destroy."
  type        = bool
  default     = true
}

# The function.

variable "memory_mb" {
  description = "Memory of the function in MB. Its share of a CPU grows with it, and is a whole CPU at 1769."
  type        = number
  default     = 512

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "Longest run of the function. The time limit on each call to the store is derived from it."
  type        = number
  default     = 10

  validation {
    condition     = var.timeout_seconds >= 3 && var.timeout_seconds <= 28 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 3 to 28: a REST API itself gives up after 29 seconds."
  }
}

variable "reserved_concurrency" {
  description = "Concurrent runs that are reserved for the function. It is throttled beyond them. null uses what the account has."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be a whole number from 1, or null."
  }
}

variable "provisioned_concurrency" {
  description = "Instances of the function that are kept warm."
  type        = number
  default     = 0

  validation {
    condition     = var.provisioned_concurrency >= 0 && floor(var.provisioned_concurrency) == var.provisioned_concurrency
    error_message = "provisioned_concurrency must be a whole number from 0."
  }

  validation {
    condition     = var.reserved_concurrency == null ? true : var.provisioned_concurrency <= var.reserved_concurrency
    error_message = "provisioned_concurrency must not exceed reserved_concurrency."
  }
}

variable "log_retention_days" {
  description = "Days for which the logs of functions and gateway are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch knows, such as 7, 14, 30, 90 or 365."
  }
}

variable "log_decisions" {
  description = "Decisions that have a line in the functions' logs: changes (all but plain renewals, which are nearly all), all, or none."
  type        = string
  default     = "changes"

  validation {
    condition     = contains(["changes", "all", "none"], var.log_decisions)
    error_message = "log_decisions must be changes, all or none."
  }
}

variable "policy" {
  description = "The policy as JSON text, at most 3072 bytes. Empty is the built-in policy: 3 streams, lease 75 s, heartbeat 25 s, deny when full."
  type        = string
  default     = ""

  validation {
    condition     = var.policy == "" || (can(keys(jsondecode(var.policy))) && startswith(var.policy, "{"))
    error_message = "policy must be empty, or JSON text of an object that begins with {."
  }

  validation {
    condition     = length(base64encode(var.policy)) <= 4096
    error_message = "policy must have at most 3072 bytes: all variables of a function share 4 KB."
  }
}

# The gateway.

variable "gateway" {
  description = "Kind of API Gateway: rest (usage plans, WAF, validation) or http (cheaper, with JWT and CORS)."
  type        = string
  default     = "rest"

  validation {
    condition     = contains(["rest", "http"], var.gateway)
    error_message = "gateway must be rest or http."
  }
}

variable "stage" {
  description = "Name of the stage, the first part of the URL's path. null is prod for the environment prod, and test otherwise."
  type        = string
  default     = null

  validation {
    condition     = var.stage == null || can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage))
    error_message = "stage must be 1 to 128 letters, digits, hyphens and underscores."
  }
}

variable "base_path" {
  description = "What callers see before the API's paths if a custom domain is in front of a rest API: its base path, such as \"/gate\", or \"/\" for none. null is the stage. The gateway's own refusals use it. The function needs no setting for it."
  type        = string
  default     = null

  validation {
    condition     = var.base_path == null || can(regex("^(/|(/[A-Za-z0-9._~-]+)+)$", var.base_path))
    error_message = "base_path must be a path without a slash at its end, such as /gate, or / alone, or null."
  }
}

variable "throttle_rate" {
  description = "Requests a second that the stage accepts. null, together with throttle_burst, leaves the account's quota alone."
  type        = number
  default     = 10000

  validation {
    condition     = (var.throttle_rate == null) == (var.throttle_burst == null)
    error_message = "throttle_rate and throttle_burst must be given together, or both be null."
  }

  validation {
    condition     = var.throttle_rate == null ? true : var.throttle_rate >= 1
    error_message = "throttle_rate must be at least 1, or null: 0 would refuse everything."
  }
}

variable "throttle_burst" {
  description = "Requests that the stage accepts at once. null only together with throttle_rate."
  type        = number
  default     = 5000

  validation {
    condition     = var.throttle_burst == null ? true : var.throttle_burst >= 1 && floor(var.throttle_burst) == var.throttle_burst
    error_message = "throttle_burst must be a whole number from 1, or null: 0 would refuse everything."
  }
}

variable "consumers" {
  description = "Who may call, by name, each with an API key and a usage plan: requests a second (rate), at once (burst), and a day (daily_quota). If empty, anyone may call. Only for rest."
  type = map(object({
    rate        = number
    burst       = number
    daily_quota = optional(number)
  }))
  default = {}

  validation {
    condition     = length(var.consumers) == 0 || var.gateway == "rest"
    error_message = "consumers need gateway = \"rest\": an HTTP API has neither usage plans nor API keys."
  }

  validation {
    condition     = alltrue([for name, plan in var.consumers : can(regex("^[a-z][a-z0-9-]{0,31}$", name)) && plan.rate > 0 && plan.burst >= 1 && coalesce(plan.daily_quota, 1) >= 1])
    error_message = "consumers must have names of small letters, digits and hyphens, and rate, burst and daily_quota above 0."
  }
}

variable "waf_acl_arn" {
  description = "ARN of a WAF web ACL in front of the stage. null for none. Only for rest."
  type        = string
  default     = null

  validation {
    condition     = var.waf_acl_arn == null ? true : can(regex("^arn:[^:]+:wafv2:", var.waf_acl_arn)) && var.gateway == "rest"
    error_message = "waf_acl_arn must be the ARN of a WAFv2 web ACL, and needs gateway = \"rest\"."
  }
}

variable "waf_rate_per_ip" {
  description = "Creates a WAF web ACL that blocks an address after this many requests within five minutes. null for none. Only for rest, and not together with waf_acl_arn."
  type        = number
  default     = null

  validation {
    condition     = var.waf_rate_per_ip == null ? true : var.waf_rate_per_ip >= 10 && var.gateway == "rest" && var.waf_acl_arn == null
    error_message = "waf_rate_per_ip must be at least 10, and needs gateway = \"rest\" and no waf_acl_arn."
  }
}

variable "jwt" {
  description = "Issuer and audiences of the tokens that the gateway requires. null requires none. Only for http."
  type = object({
    issuer   = string
    audience = list(string)
  })
  default = null

  validation {
    condition     = var.jwt == null ? true : var.gateway == "http" && startswith(var.jwt.issuer, "https://") && length(var.jwt.audience) > 0
    error_message = "jwt needs gateway = \"http\", an issuer that begins with https://, and at least one audience."
  }
}

variable "auth_settings" {
  description = "How the function itself checks callers: settings by their variables, such as { STREAMGATE_AUTH = \"api-key\", STREAMGATE_API_KEYS = \"{…}\" }. Empty checks none."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.auth_settings) : can(regex("^STREAMGATE_(AUTH|API_KEYS|STOP_KEY|JWT_[A-Z_]+)$", name))])
    error_message = "auth_settings may have STREAMGATE_AUTH, STREAMGATE_API_KEYS, STREAMGATE_STOP_KEY and STREAMGATE_JWT_…: see docs/authentication.md."
  }

  validation {
    condition     = length(var.auth_settings) == 0 || contains(keys(var.auth_settings), "STREAMGATE_AUTH")
    error_message = "auth_settings must have STREAMGATE_AUTH: without it the other settings have no effect."
  }
}

variable "jwt_user_claim" {
  description = "Claim of a token that holds the user id. A token reaches only this user. Only with jwt."
  type        = string
  default     = "sub"

  validation {
    condition     = can(regex("^[!-~]{1,128}$", var.jwt_user_claim))
    error_message = "jwt_user_claim must be the name of a claim, such as sub: 1 to 128 printable characters."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may call, such as https://watch.example. If empty, none may. With rest not together with consumers."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.cors_origins) == 0 || var.gateway == "http" || length(var.consumers) == 0
    error_message = "cors_origins do not go with consumers: a browser's preflight carries no API key."
  }

  validation {
    condition     = alltrue([for origin in var.cors_origins : origin == "*" || can(regex("^https?://[^/]+$", origin))])
    error_message = "cors_origins must be origins, such as https://watch.example, without a path, or *."
  }
}

variable "cors_headers" {
  description = "Request headers that pages of cors_origins may send."
  type        = list(string)
  default     = ["authorization", "content-type", "if-match", "traceparent", "tracestate", "baggage", "x-request-id"]

  validation {
    condition     = alltrue([for name in var.cors_headers : can(regex("^[0-9a-z!#$%&'+.^_`|~-]+$", name))])
    error_message = "cors_headers must be names of header fields in lower case, such as content-type."
  }
}

# The sweeper.

variable "sweep_schedule" {
  description = "How often the sweeper walks the table, as an EventBridge expression. null for no sweeper."
  type        = string
  default     = "rate(1 hour)"

  validation {
    condition     = var.sweep_schedule == null || can(regex("^(rate|cron)\\(.+\\)$", var.sweep_schedule))
    error_message = "sweep_schedule must be an expression such as rate(1 hour), or null."
  }
}

variable "sweep_reserved_concurrency" {
  description = "1 reserves a run for the sweeper, so that two never run at once. null reserves none. An account must keep 100 runs unreserved, so a new one, which has 10, can reserve none."
  type        = number
  default     = null

  validation {
    condition     = var.sweep_reserved_concurrency == null ? true : var.sweep_reserved_concurrency == 1
    error_message = "sweep_reserved_concurrency must be 1 or null."
  }
}

variable "sweep_read_capacity" {
  description = "Read units a second that a sweep may take. null is a quarter of read_capacity if capacity is provisioned, and no bound on demand."
  type        = number
  default     = null

  validation {
    condition     = var.sweep_read_capacity == null ? true : var.sweep_read_capacity >= 1 && floor(var.sweep_read_capacity) == var.sweep_read_capacity
    error_message = "sweep_read_capacity must be a whole number from 1, or null."
  }
}

# What is seen of it.

variable "tracing" {
  description = "none, xray (the function's runs and the REST stage), or otel (the layer of otel_layer_arn as well)."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "xray", "otel"], var.tracing)
    error_message = "tracing must be none, xray or otel."
  }
}

variable "otel_layer_arn" {
  description = "ARN of an OpenTelemetry layer for arm64 with its version. Required if tracing is otel, and not allowed otherwise."
  type        = string
  default     = null

  validation {
    condition     = (var.otel_layer_arn != null) == (var.tracing == "otel")
    error_message = "otel_layer_arn must be given if tracing is otel, and only then."
  }

  validation {
    condition     = var.otel_layer_arn == null || can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:layer:[^:]+:[0-9]+$", var.otel_layer_arn))
    error_message = "otel_layer_arn must be the ARN of a layer's version."
  }
}

variable "alarm_actions" {
  description = "ARNs, of SNS topics for example, that are notified when an alarm begins and ends."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.alarm_actions : startswith(arn, "arn:")])
    error_message = "alarm_actions must be ARNs."
  }
}

variable "alarm_thresholds" {
  description = "How many events within five minutes set off an alarm. p99_ms is a duration in milliseconds. If denied is null, refusals have no alarm."
  type = object({
    errors      = optional(number, 5)
    throttles   = optional(number, 5)
    p99_ms      = optional(number, 1000)
    gateway_5xx = optional(number, 5)
    table       = optional(number, 5)
    faults      = optional(number, 5)
    denied      = optional(number, 1000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for threshold in values(var.alarm_thresholds) : threshold == null ? true : threshold >= 1])
    error_message = "alarm_thresholds must be at least 1."
  }
}
