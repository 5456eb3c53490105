import { findRunRecord } from '@vna/runtime'

/** A run record is read again after this: a restarted service is found at once by a retrying client. */
const recordMaxAgeMs = 250

/** Where the other services listen: a fixed address from the configuration, else their run record. */
export class Upstreams {
  readonly #home: string
  readonly #fixed: ReadonlyMap<string, string>
  readonly #cache = new Map<string, { readonly base: string | undefined; readonly readAtMs: number }>()
  readonly #clock: () => number

  constructor(o: { home: string; fixed: ReadonlyMap<string, string>; clock?: () => number }) {
    this.#home = o.home
    this.#fixed = o.fixed
    this.#clock = o.clock ?? (() => performance.now())
  }

  /** Base URL of the service's HTTP listener, `undefined` while it does not run. */
  find(service: string): string | undefined {
    const fixed = this.#fixed.get(service)
    if (fixed !== undefined) return fixed
    const cached = this.#cache.get(service)
    if (cached !== undefined && this.#clock() - cached.readAtMs < recordMaxAgeMs) return cached.base
    const base = baseUrlOf(findRunRecord(this.#home, service)?.http)
    this.#cache.set(service, { base, readAtMs: this.#clock() })
    return base
  }

  /** The record is to be read again: a connection to the address was refused. */
  forget(service: string): void {
    this.#cache.delete(service)
  }
}

/** Run records name a listener as `host:port` or as a URL. */
export function baseUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = /^https?:\/\//.test(text) ? text : `http://${text}`
  return URL.canParse(url) ? url.replace(/\/+$/, '') : undefined
}
