import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasTerraform, TerraformCopy } from './terraform-copy.ts'

/** What this machine lacks to run Terraform on the configuration, in one line, or `undefined`. */
export function terraformLack(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-infra-'))
  try {
    return lackOf(new TerraformCopy(folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same for a copy, which this initialises. */
export function lackOf(copy: TerraformCopy): string | undefined {
  if (!hasTerraform()) return 'Terraform is not on this machine'
  const { status, output } = copy.init()
  if (status === 0) return undefined
  const isUnreachable = /Failed to query available provider packages|could not connect to/.test(output)
  if (isUnreachable) return 'The Terraform provider hashicorp/aws is neither on this machine nor to be had'
  throw new Error(output)
}
