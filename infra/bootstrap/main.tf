# What has to be there once in an account and Region before anything can be deployed: a bucket for released
# zips, one for Terraform's state, and the account's role by which API Gateway writes access logs.
#
# Its own state is local and need not be kept. Run from another machine, without state, it looks for what is
# there and takes it over, instead of making it again.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # The commands give a path that they delete afterwards.
  backend "local" {}
}

provider "aws" {
  default_tags {
    tags = merge(var.tags, {
      Service   = var.prefix
      ManagedBy = "terraform"
      Purpose   = "bootstrap"
    })
  }
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  # Buckets share one name space with the whole world.
  suffix = "${data.aws_caller_identity.current.account_id}-${data.aws_region.current.id}"
  bucket_names = {
    artefacts = "${var.prefix}-artefacts-${local.suffix}"
    state     = "${var.prefix}-state-${local.suffix}"
  }
}

resource "aws_s3_bucket" "this" {
  for_each = local.bucket_names

  bucket        = each.value
  force_destroy = var.force_destroy
}

# A release is never overwritten, a state may be: both can be taken back.
resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
