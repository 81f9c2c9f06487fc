output "name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}

output "alias" {
  description = "The alias that is called: its name, and how it is named to IAM and to a gateway."
  value = {
    name          = aws_lambda_alias.live.name
    arn           = aws_lambda_alias.live.arn
    invoke_arn    = aws_lambda_alias.live.invoke_arn
    function_name = aws_lambda_function.this.function_name
  }
}
