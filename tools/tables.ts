/**
 * `npm run tables`: writes every table that is made from the sources into its document.
 */
import { writeFileSync } from 'node:fs'
import { guideWithInputs } from './inputs-table.ts'
import { pageWithSettings } from './settings-table.ts'

for (const { path, expected } of [guideWithInputs(), pageWithSettings()]) writeFileSync(path, expected)
