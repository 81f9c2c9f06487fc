# What the configuration needs. The caller of `terraform init` says where the state is, because its bucket is
# named after account and Region. Both come from the environment, like the credentials.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  backend "s3" {}
}

provider "aws" {
  default_tags {
    tags = merge(var.tags, {
      Service     = var.name
      Environment = var.environment
      ManagedBy   = "terraform"
    })
  }
}
