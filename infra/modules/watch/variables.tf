variable "name" {
  description = "Name of the dashboard, and prefix of every alarm's."
  type        = string
}

variable "actions" {
  description = "ARNs that hear of every alarm and of its end."
  type        = list(string)
}

variable "thresholds" {
  description = "From how many events within five minutes an alarm rings."
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
  description = "Names of the functions, by what they are for; `api` is the one that answers."
  type        = map(string)
}

variable "gateway_metrics" {
  description = "What the gateway's figures are called."
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
  description = "The queue of failed sweeps; null where nothing sweeps."
  type        = string
}
