import type { IncomingMessage } from 'node:http'

const hostShape = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/

/**
 * The address under which the client reaches this installation, for the URLs in an answer: as the client itself, or the
 * proxy before us, named it. It only ever goes back to whoever said it.
 */
export function baseUrlOf({ headers, socket }: IncomingMessage, fallbackHost: string): string {
  const isTls = 'encrypted' in socket
  const scheme = isTls || headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  const named = [headers['x-forwarded-host'], headers.host]
  const host = named.find((name): name is string => typeof name === 'string' && hostShape.test(name))
  return `${scheme}://${host ?? fallbackHost}`
}
