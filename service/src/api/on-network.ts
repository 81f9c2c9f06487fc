import type { StreamDescription } from '@streamgate/core'
import type { StartInput } from './start-input.ts'
import type { Call } from './route.ts'

/**
 * The stream of a request, with the network of its client if a plan asks for that. It costs nothing
 * otherwise, and no address is kept.
 *
 * @throws {LimiterError} if the store has to be asked for the key, and does not answer.
 */
export function onNetwork(
  { request, service }: Call,
  { stream, clientAddress }: Pick<StartInput, 'stream' | 'clientAddress'>,
): StreamDescription | Promise<StreamDescription> {
  if (!service.limiter.asksFor('network')) return stream
  return service.networks
    .of(request, clientAddress)
    .then((network) => (network === undefined ? stream : { ...stream, network }))
}
