import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { TrustedProxies } from './trusted-proxies.ts'

const requestFrom = (remoteAddress: string, forwardedFor?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  }) as unknown as IncomingMessage

describe('who called', () => {
  const proxies = new TrustedProxies(['10.0.0.7', '10.1.0.0/16', 'fd00::/8'])

  it.each([
    ['nobody trusted: what it says of itself does not count', '192.0.2.1', '198.51.100.9', '192.0.2.1'],
    ['a proxy names its client', '10.0.0.7', '198.51.100.9', '198.51.100.9'],
    ['proxies in a row', '10.0.0.7', '198.51.100.9, 10.1.2.3', '198.51.100.9'],
    ['a client that says more than its proxy', '10.0.0.7', '127.0.0.1, 198.51.100.9', '198.51.100.9'],
    ['a proxy that names nobody', '10.1.2.3', undefined, '10.1.2.3'],
    ['a proxy that names what is no address', '10.1.2.3', 'x\u0000', '10.1.2.3'],
    ['IPv4 that comes mapped', '::ffff:10.0.0.7', '::ffff:198.51.100.9', '198.51.100.9'],
    ['IPv6', 'fd00::1', '2001:db8::9', '2001:db8::9'],
  ])('%s', (_, remote, forwarded, expected) => {
    expect(proxies.clientAddressOf(requestFrom(remote, forwarded))).toBe(expected)
  })

  it.each(['proxy', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/', 'fd00::/129'])('%s is refused', (text) => {
    expect(() => new TrustedProxies([text])).toThrow('no address')
  })
})
