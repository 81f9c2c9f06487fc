#!/usr/bin/env bash
# From an empty AWS account to an answering URL; safe to run again. All arguments are those of
# `npm run provision`, such as: infra/provision.sh --env dev
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ! -d node_modules ]]; then
  echo "streamgate: run npm ci first" >&2
  exit 1
fi
PATH="$PWD/node_modules/.bin:$PATH"
exec node tools/aws/cli.ts provision "$@"
