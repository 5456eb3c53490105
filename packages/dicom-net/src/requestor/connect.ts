import net from 'node:net'
import tls from 'node:tls'
import { UlError } from '../errors.ts'
import { type TlsClientOptions, tlsClientOptions } from '../transport/tls-profile.ts'

export interface ConnectOptions {
  readonly host: string
  readonly port: number
  readonly tls?: TlsClientOptions | undefined
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** Opens a TCP or TLS connection, paused. Rejects with `connect-failed`, `timeout` or `cancelled`. */
export async function connect(o: ConnectOptions): Promise<net.Socket> {
  if (o.signal?.aborted === true) throw new UlError('cancelled', 'cancelled before connecting')
  const where = { host: o.host, port: o.port }
  const socket = o.tls === undefined ? net.connect(where) : tls.connect({ ...where, ...tlsClientOptions(o.tls) })
  socket.pause()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (error: UlError) => {
    reject(error)
    socket.destroy()
  }
  const onError = (cause: Error) => fail(new UlError('connect-failed', 'cannot connect', { details: where, cause }))
  const onAbort = () => fail(new UlError('cancelled', 'cancelled while connecting'))
  const timer = setTimeout(() => fail(new UlError('timeout', 'no connection in time', { details: where })), o.timeoutMs)
  socket.once(o.tls === undefined ? 'connect' : 'secureConnect', resolve)
  socket.on('error', onError)
  o.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await promise
    return socket
  } finally {
    clearTimeout(timer)
    o.signal?.removeEventListener('abort', onAbort)
    // A destroyed socket may still report errors: its listener stays.
    if (!socket.destroyed) socket.removeListener('error', onError)
  }
}
