import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

class TrustedProxiesError extends Error {
  override readonly name = 'TrustedProxiesError'
  readonly code = 'invalid-trusted-proxies'
}

const mappedIpv4 = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

/** Proxies whose word on who called counts (`X-Forwarded-For`); nobody else's does. */
export class TrustedProxies {
  readonly #list = new BlockList()

  /** Addresses and subnets: `10.0.0.7`, `10.1.0.0/16`, `fd00::/8`. Throws TrustedProxiesError. */
  constructor(addresses: readonly string[] = []) {
    for (const text of addresses) this.#add(text)
  }

  has(address: string): boolean {
    const plain = plainAddress(address)
    const family = isIP(plain)
    return family !== 0 && this.#list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  }

  /** The client's address: the last that a trusted proxy names and that is no such proxy itself. */
  clientAddressOf({ headers, socket }: IncomingMessage): string {
    let address = plainAddress(socket.remoteAddress ?? '')
    const forwarded = headers['x-forwarded-for']
    const named = typeof forwarded === 'string' ? forwarded.split(',').map((text) => text.trim()) : []
    while (this.has(address)) {
      const before = named.pop()
      if (before === undefined || isIP(plainAddress(before)) === 0) break
      address = plainAddress(before)
    }
    return address
  }

  #add(text: string): void {
    const [address = '', prefix] = text.split('/')
    const family = isIP(address)
    const bits = prefix === undefined ? undefined : Number(prefix)
    const isBits = bits === undefined || (/^\d{1,3}$/.test(prefix ?? '') && bits <= (family === 4 ? 32 : 128))
    if (family === 0 || !isBits) throw new TrustedProxiesError(`${text} is no address and no subnet`)
    const kind = family === 4 ? 'ipv4' : 'ipv6'
    if (bits === undefined) this.#list.addAddress(address, kind)
    else this.#list.addSubnet(address, bits, kind)
  }
}

function plainAddress(address: string): string {
  return address.replace(mappedIpv4, '')
}
