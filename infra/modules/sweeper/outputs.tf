output "name" {
  description = "The function's name."
  value       = module.function.name
}

output "dead_letter_name" {
  description = "The queue's name."
  value       = aws_sqs_queue.dead_letters.name
}
