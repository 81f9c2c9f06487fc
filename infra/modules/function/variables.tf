variable "name" {
  description = "Name of the function, its role and its log group."
  type        = string
}

variable "description" {
  description = "What the function is for, in a sentence."
  type        = string
}

variable "handler" {
  description = "The exported function that answers, as <file>.<name>."
  type        = string
}

variable "package" {
  description = "The released zip: where it is in S3, and its SHA-256 in base64."
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

variable "permissions" {
  description = "What the function may do besides writing its log. Each entry has actions on one resource."
  type = map(object({
    actions  = list(string)
    resource = string
  }))
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

variable "memory_mb" {
  description = "Memory."
  type        = number
}

variable "timeout_seconds" {
  description = "Longest run."
  type        = number
}

variable "reserved_concurrency" {
  description = "Concurrent runs that are reserved, and the most there can be. null reserves none and sets no bound."
  type        = number
}

variable "provisioned_concurrency" {
  description = "Instances kept warm."
  type        = number
  default     = 0
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
