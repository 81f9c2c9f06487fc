variable "name" {
  description = "The API's name."
  type        = string
}

variable "gateway" {
  description = "rest or http."
  type        = string
}

variable "stage_name" {
  description = "The stage's name."
  type        = string
}

variable "base_path" {
  description = "What callers see before the API's paths; null for the stage. rest only."
  type        = string
}

variable "function_alias" {
  description = "The alias that answers."
  type = object({
    name          = string
    arn           = string
    invoke_arn    = string
    function_name = string
  })
}

variable "throttle_rate" {
  description = "Requests a second; null for the account's quota alone."
  type        = number
}

variable "throttle_burst" {
  description = "Requests at once; null for the account's quota alone."
  type        = number
}

variable "log_retention_days" {
  description = "Days for which the access log is kept."
  type        = number
}

variable "kms_key_arn" {
  description = "The key that encrypts the access log; null for AWS's own."
  type        = string
}

variable "consumers" {
  description = "Usage plans by consumer; rest only."
  type        = map(object({ rate = number, burst = number, daily_quota = optional(number) }))
}

variable "waf_acl_arn" {
  description = "A web ACL made elsewhere; rest only."
  type        = string
}

variable "waf_rate_per_ip" {
  description = "Requests of one address within five minutes; rest only."
  type        = number
}

variable "jwt" {
  description = "Whose tokens are asked for; http only."
  type        = object({ issuer = string, audience = list(string) })
}

variable "cors_origins" {
  description = "Origins whose pages may call; http only."
  type        = list(string)
}

variable "tracing" {
  description = "none, xray or otel."
  type        = string
}

variable "cors_headers" {
  description = "Request headers that those pages may send."
  type        = list(string)
}
