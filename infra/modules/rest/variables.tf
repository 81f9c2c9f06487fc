variable "name" {
  description = "The API's name."
  type        = string
}

variable "stage_name" {
  description = "The stage's name."
  type        = string
}

variable "base_path" {
  description = "What callers see before the API's paths. null for the stage."
  type        = string
}

variable "guarded_paths" {
  description = "Paths that need a key or a token, if there are any."
  type        = list(string)
}

variable "open_paths" {
  description = "Paths open to all callers."
  type        = list(string)
}

variable "function_alias" {
  description = "The alias that answers."
  type        = object({ invoke_arn = string })
}

variable "throttle_rate" {
  description = "Requests a second. null for only the account's quota."
  type        = number
}

variable "throttle_burst" {
  description = "Concurrent requests. null for only the account's quota."
  type        = number
}

variable "access_log_arn" {
  description = "Log group of the access log."
  type        = string
}

variable "access_log_fields" {
  description = "What is logged of every request."
  type        = map(string)
}

variable "consumers" {
  description = "Usage plans by consumer. If there are none, no key is needed."
  type        = map(object({ rate = number, burst = number, daily_quota = optional(number) }))
}

variable "waf_acl_arn" {
  description = "A web ACL made elsewhere. null for none."
  type        = string
}

variable "waf_rate_per_ip" {
  description = "The most requests of one address within five minutes. Then it is blocked. null for no such ACL."
  type        = number
}

variable "is_traced" {
  description = "Whether the stage takes part in traces."
  type        = bool
}
