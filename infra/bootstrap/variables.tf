variable "prefix" {
  description = "Begins the names of the buckets and of the role."
  type        = string
  default     = "streamgate"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.prefix))
    error_message = "prefix must be 2 to 20 small letters, digits and hyphens. Account and Region follow it, and a bucket's name has at most 63 characters."
  }
}

variable "tags" {
  description = "Tags on the buckets and the role, beside Service, ManagedBy and Purpose."
  type        = map(string)
  default     = {}
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the buckets. null uses S3's own."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the role. null for none."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether a destroy may delete the buckets with all releases and states in them."
  type        = bool
  default     = false
}

variable "gateway_log_role" {
  description = "Whether to set the role by which API Gateway writes logs. There is one for each account and Region. Say false if another configuration sets it."
  type        = bool
  default     = true
}
