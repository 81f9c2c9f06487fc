# What a caller, an operator and the commands need to know of the deployment.

output "url" {
  description = "The URL of the API, with its stage and without a slash at the end."
  value       = local.gateway.url
}

output "curl" {
  description = "A command to paste. It starts a stream for the user user1. If the gateway asks for a token, TOKEN must hold one."
  value       = "curl -sS -X POST ${local.gateway.url}/users/user1/streams -H 'content-type: application/json'${local.credentials} -d '{\"streamId\":\"456\"}'"
}

output "table_name" {
  description = "The table of users."
  value       = module.table.name
}

output "finished_table_name" {
  description = "The table of streams that have finished."
  value       = module.table.finished_name
}

output "function_name" {
  description = "The function that answers."
  value       = module.function.name
}

output "function_alias" {
  description = "The alias of it that the gateway calls."
  value       = module.function.alias.name
}

output "sweeper_name" {
  description = "The function that sweeps. null if there is none."
  value       = one(module.sweeper[*].name)
}

output "api_id" {
  description = "The API's id."
  value       = local.gateway.id
}

output "stage" {
  description = "The stage's name, the first part of the URL's path."
  value       = local.stage_name
}

output "release" {
  description = "The commit that is deployed. A destroy needs it."
  value       = var.release
}

output "api_keys" {
  description = "The API key of each consumer by name. It is sent as x-api-key."
  value       = try(module.rest[0].keys, {})
  sensitive   = true
}

output "asks_for_tokens" {
  description = "Whether the gateway or the function asks for tokens or keys."
  value       = var.jwt != null || lookup(var.auth_settings, "STREAMGATE_AUTH", "none") != "none"
}

# What a caller must send to get access. A key must not be printed, so the command takes it from the state when it
# runs.
locals {
  first_consumer = try(keys(var.consumers)[0], null)
  credentials = (
    local.first_consumer != null ? " -H \"x-api-key: $(terraform -chdir=infra output -json api_keys | node -p 'JSON.parse(fs.readFileSync(0))[\"${local.first_consumer}\"]')\"" :
    var.jwt != null ? " -H \"authorization: Bearer $TOKEN\"" : ""
  )
}
