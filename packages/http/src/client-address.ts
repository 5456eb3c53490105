import type { IncomingMessage } from 'node:http'

/**
 * Address of the client as the front door saw it: it replaces what a client says of itself, and services behind it listen
 * to nobody else. Without it, whoever is connected.
 */
export function clientAddressOf({ headers, socket }: IncomingMessage): string | undefined {
  const forwarded = headers['x-forwarded-for']
  return typeof forwarded === 'string' && forwarded !== '' ? forwarded : socket.remoteAddress
}
