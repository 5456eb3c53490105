import { isIP } from 'node:net'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly tls: { readonly certPath: string; readonly keyPath: string } | undefined
}

export interface ListenConfig {
  readonly bind: string
  readonly httpPort: number
  readonly insecure: boolean
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
}

export class ListenOptionsError extends Error {
  override readonly name = 'ListenOptionsError'
  readonly code = 'insecure-bind'
}

/** Patient data in the clear only on this machine, or when the operator says so in so many words. */
export function decideListenOptions(config: ListenConfig): ListenOptions {
  const { tlsCert, tlsKey } = config
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new ListenOptionsError('VNA_TLS_CERT and VNA_TLS_KEY go together')
  }
  const tls = tlsCert !== undefined && tlsKey !== undefined ? { certPath: tlsCert, keyPath: tlsKey } : undefined
  if (tls === undefined && !config.insecure && !isLoopback(config.bind)) {
    throw new ListenOptionsError(
      'VNA_BIND is not a loopback address: set VNA_TLS_CERT and VNA_TLS_KEY, or VNA_INSECURE=1',
    )
  }
  return { host: config.bind, port: config.httpPort, tls }
}

/** Where a listener without TLS of its own listens: the front door's certificate is no reason for it to leave this machine. */
export function plainHostOf(config: { readonly bind: string; readonly insecure: boolean }, inClear: boolean): string {
  return inClear || config.insecure || isLoopback(config.bind) ? config.bind : '127.0.0.1'
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
