variable "name" {
  description = "Name of the function, the rule and the queue."
  type        = string
}

variable "schedule" {
  description = "When it runs, as an expression of EventBridge."
  type        = string
}

variable "package" {
  description = "The released zip, the same as the API's."
  type = object({
    bucket  = string
    key     = string
    version = string
    sha256  = string
  })
}

variable "environment" {
  description = "Variables for the function. Never a secret."
  type        = map(string)
}

variable "table_arn" {
  description = "The table of users."
  type        = string
}

variable "finished_table_arn" {
  description = "The table of finished streams."
  type        = string
}

variable "reserved_concurrency" {
  description = "Concurrent sweeps. null reserves none."
  type        = number
}

variable "read_capacity" {
  description = "Read units a second that a sweep may take. null for no bound."
  type        = number
}

variable "kms_key_arn" {
  description = "The key that encrypts its log, its variables and the tables. null uses AWS's own."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds its role. null for none."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days for which its log is kept."
  type        = number
}

variable "tracing" {
  description = "none, xray or otel."
  type        = string
}

variable "otel_layer_arn" {
  description = "The layer that otel needs."
  type        = string
}
