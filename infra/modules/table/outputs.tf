output "name" {
  description = "The table of users."
  value       = aws_dynamodb_table.users.name
}

output "arn" {
  description = "Its ARN."
  value       = aws_dynamodb_table.users.arn
}

output "finished_name" {
  description = "The table of finished streams."
  value       = aws_dynamodb_table.finished.name
}

output "finished_arn" {
  description = "Its ARN."
  value       = aws_dynamodb_table.finished.arn
}
