variable "name" {
  description = "The API's name."
  type        = string
}

variable "stage_name" {
  description = "The stage's name."
  type        = string
}

variable "viewer_paths" {
  description = "Paths for players. They need a token, if tokens are checked."
  type        = list(string)
}

variable "operator_paths" {
  description = "Paths for operators. Closed, if tokens are checked."
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

variable "jwt" {
  description = "The issuer whose tokens guarded paths need. null if they need none."
  type        = object({ issuer = string, audience = list(string) })
}

variable "cors_origins" {
  description = "Origins whose pages may call."
  type        = list(string)
}

variable "cors_headers" {
  description = "Request headers that those pages may send."
  type        = list(string)
}
