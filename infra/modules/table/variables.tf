variable "name" {
  description = "Name of the table of users. The other one is named <name>-finished."
  type        = string
}

variable "capacity_mode" {
  description = "on_demand or provisioned."
  type        = string
}

variable "read_capacity" {
  description = "Read units a second if provisioned."
  type        = number
}

variable "write_capacity" {
  description = "Write units a second if provisioned."
  type        = number
}

variable "autoscaling" {
  description = "How far provisioned capacity may grow. null keeps it fixed."
  type = object({
    max_read_capacity  = number
    max_write_capacity = number
    target_percent     = number
  })
}

variable "ttl" {
  description = "Whether DynamoDB deletes items of users who left."
  type        = bool
}

variable "kms_key_arn" {
  description = "The key that encrypts both tables. null uses AWS's own."
  type        = string
}

variable "point_in_time_recovery" {
  description = "Whether the tables can be restored to any second of the last 35 days."
  type        = bool
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the tables."
  type        = bool
}

variable "samples" {
  description = "Whether the sample users are put into the table."
  type        = bool
}
