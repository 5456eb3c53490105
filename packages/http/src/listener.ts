import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answerBrokenRequests } from './broken-request.ts'
import { limitConnectionsPerAddress } from './connection-limit.ts'
import type { ListenOptions } from './listen-options.ts'

export interface ListenerLimits {
  /** Request line and headers together. */
  readonly maxHeaderBytes: number
  /** Time a client has to send its headers. */
  readonly headersTimeoutMs: number
  /** Time a client has to send its whole request; 0 where bodies may take hours and are watched otherwise. */
  readonly requestTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  /** A connection on which nothing moves is closed after this; 0: never. */
  readonly idleTimeoutMs: number
  readonly maxConnections: number
  /** Of one address; absent: as many as all together. */
  readonly maxConnectionsPerAddress?: number
}

export const listenerLimits: ListenerLimits = {
  maxHeaderBytes: 32 * 1024,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 120_000,
  keepAliveTimeoutMs: 65_000,
  idleTimeoutMs: 0,
  maxConnections: 512,
}

export interface Listener {
  readonly url: string
  /** No new requests; running ones may end until the time is up. */
  close(graceMs: number): Promise<void>
}

/** `awaitsContinue`: the client sends its body only when it is told to (`response.writeContinue()`). */
export type AnswerRequest = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) => void

/** Opens an HTTP port. Without TLS options it speaks in the clear: see `decideListenOptions`. */
export async function openListener(o: {
  readonly listen: ListenOptions
  readonly answer: AnswerRequest
  /** Whether `answer` itself decides about the bodies of clients that wait; else Node asks for them at once. */
  readonly decidesContinue?: boolean
  readonly limits?: Partial<ListenerLimits>
  /** Stands for everybody behind it: has no bound of its own. */
  isTrusted?(address: string): boolean
}): Promise<Listener> {
  const { listen, answer } = o
  const server = createListener(listen, { ...listenerLimits, ...o.limits })
  const maxConnectionsPerAddress = o.limits?.maxConnectionsPerAddress
  if (maxConnectionsPerAddress !== undefined) {
    limitConnectionsPerAddress(server, { max: maxConnectionsPerAddress, isTrusted: o.isTrusted ?? (() => false) })
  }
  server.on('request', (request, response) => answer(request, response, false))
  if (o.decidesContinue === true) {
    server.on('checkContinue', (request, response) => answer(request, response, true))
  }
  answerBrokenRequests(server)
  await listenOn(server, listen)
  const { port } = server.address() as AddressInfo
  return {
    url: `${listen.tls === undefined ? 'http' : 'https'}://${reachableHost(listen.host)}:${port}`,
    close: (graceMs) => closeServer(server, graceMs),
  }
}

function createListener({ tls }: ListenOptions, limits: ListenerLimits): Server {
  const options = { maxHeaderSize: limits.maxHeaderBytes }
  const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...readTls(tls) })
  server.headersTimeout = limits.headersTimeoutMs
  server.requestTimeout = limits.requestTimeoutMs
  server.keepAliveTimeout = limits.keepAliveTimeoutMs
  server.maxConnections = limits.maxConnections
  server.setTimeout(limits.idleTimeoutMs)
  return server
}

function readTls({ certPath, keyPath }: NonNullable<ListenOptions['tls']>) {
  return { cert: readFileSync(certPath), key: readFileSync(keyPath), minVersion: 'TLSv1.2' as const }
}

/** A host name for URLs of this machine: to listen on all addresses is no address to ask. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

async function listenOn(server: Server, { host, port }: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  await promise
  server.off('error', reject)
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await promise
  clearTimeout(timer)
}
