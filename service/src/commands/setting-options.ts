import { Option, type Command } from 'commander'
import { SETTINGS } from '../settings/settings.ts'

/** Adds a flag for every setting of the service. */
export function addSettings(command: Command): void {
  for (const [name, { flag, placeholder, fallback, help, variable }] of Object.entries(SETTINGS)) {
    const byDefault = fallback === '' ? '' : `, default ${fallback}`
    const option = new Option(`${flag} ${placeholder}`, `${help} (${variable}${byDefault})`).preset('on')
    option.attributeName = () => name
    command.addOption(option)
  }
}
