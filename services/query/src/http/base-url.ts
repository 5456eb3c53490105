import type { IncomingMessage } from 'node:http'

const hostShape = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/

/**
 * The address under which the client reaches this installation, for the URLs in an answer: as the client itself, or the
 * proxy before us, named it. It only ever goes back to whoever said it.
 */
export function baseUrlOf(request: IncomingMessage, fallbackHost: string): string {
  const forwardedProto = request.headers['x-forwarded-proto']
  const isTls = 'encrypted' in request.socket || forwardedProto === 'https'
  const named = [request.headers['x-forwarded-host'], request.headers.host]
  const host = named.find((name): name is string => typeof name === 'string' && hostShape.test(name))
  return `${isTls ? 'https' : 'http'}://${host ?? fallbackHost}`
}
