variable "name" {
  description = "Name of the dashboard, and prefix of every alarm's."
  type        = string
}

variable "actions" {
  description = "ARNs that are told of every alarm and of its end."
  type        = list(string)
}

variable "thresholds" {
  description = "How many events within five minutes raise an alarm."
  type = object({
    errors      = number
    throttles   = number
    p99_ms      = number
    gateway_5xx = number
    table       = number
    faults      = number
    denied      = number
  })
}

variable "functions" {
  description = "Names of the functions by purpose. `api` is the one that answers."
  type        = map(string)
}

variable "gateway_metrics" {
  description = "Names of the gateway's metrics."
  type = object({
    server_errors = string
    client_errors = string
    dimensions    = map(string)
  })
}

variable "table_names" {
  description = "Names of the tables, by what they hold."
  type        = map(string)
}

variable "dead_letter_name" {
  description = "The queue of failed sweeps. null if nothing sweeps."
  type        = string
}
