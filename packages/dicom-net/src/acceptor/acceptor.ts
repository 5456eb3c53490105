import net from 'node:net'
import tls from 'node:tls'
import { watchIntervalMs } from '../association/association-watch.ts'
import { commandFields } from '../dimse/command-set.ts'
import { UlError } from '../errors.ts'
import { resolveLimits, type UlLimits } from '../limits.ts'
import { reuseReadBuffer } from '../transport/reused-read-buffer.ts'
import { certificateSubjectOf, type TlsServerOptions, tlsServerOptions } from '../transport/tls-profile.ts'
import { AcceptedAssociationDriver, type AssociationOwner } from './accepted-association.ts'
import type { AcceptorHost, AcceptorProvider, PeerInfo } from './host.ts'
import { echoProvider } from './store-provider.ts'

export interface ListenOptions {
  /** 0: any free port. */
  readonly port: number
  readonly host: string
  /** Absent: plain TCP. */
  readonly tls?: TlsServerOptions
  /** Several acceptor processes on one port. */
  readonly reusePort?: boolean
}

export interface Acceptor {
  /** Of the requests that it carries out; any other is answered with 0x0211. */
  readonly commandFields: readonly number[]
  /** May be called several times: plain and TLS, several addresses. Rejects with `connect-failed`. */
  listen(o: ListenOptions): Promise<{ port: number }>
  /** Associations established or being decided on. */
  readonly activeAssociations: number
  readonly openConnections: number
  /** Stops listening; associations may go on for `graceMs`, then they are aborted. */
  close(o: { graceMs: number }): Promise<void>
}

export interface AcceptorOptions {
  readonly host: AcceptorHost
  readonly limits?: Partial<UlLimits>
  /** Further operations: C-FIND, C-MOVE, N-ACTION, … C-STORE and C-ECHO are built in. */
  readonly providers?: readonly AcceptorProvider[]
  /** 'events' reads through 'data' events even where a reused buffer is possible. */
  readonly reading?: 'reused-buffer' | 'events'
}

export function createAcceptor(o: AcceptorOptions): Acceptor {
  return new TcpAcceptor(o)
}

/** Time between the end of an association and the end of its connection that `close` allows on top. */
const closeMarginMs = 200

class TcpAcceptor implements Acceptor, AssociationOwner {
  readonly host: AcceptorHost
  readonly limits: UlLimits
  readonly providers: readonly AcceptorProvider[]
  readonly #reusesBuffer: boolean
  /** One for all connections: filled and used up within one turn of the event loop. */
  readonly #readBuffer: Buffer
  readonly #servers = new Set<net.Server>()
  readonly #connections = new Set<AcceptedAssociationDriver>()
  readonly #admitted = new Set<AcceptedAssociationDriver>()
  /** Connections without an association, by address: at most as many as there are connections. */
  readonly #waiting = new Map<string, Set<AcceptedAssociationDriver>>()
  #timer: NodeJS.Timeout | undefined
  #onAllGone: (() => void) | undefined
  #closing = false

  constructor(o: AcceptorOptions) {
    this.host = o.host
    this.limits = resolveLimits(o.limits)
    this.providers = o.providers ?? []
    this.#reusesBuffer = o.reading !== 'events'
    this.#readBuffer = Buffer.allocUnsafeSlow(this.limits.readBufferBytes)
  }

  get commandFields(): readonly number[] {
    const all = [commandFields.cStoreRq, echoProvider.commandField, ...this.providers.map((one) => one.commandField)]
    return [...new Set(all)]
  }

  get activeAssociations(): number {
    return this.#admitted.size
  }

  get openConnections(): number {
    return this.#connections.size
  }

  async listen(o: ListenOptions): Promise<{ port: number }> {
    if (this.#closing) throw new UlError('wrong-state', 'the acceptor is closed')
    const server = o.tls === undefined ? this.#plainServer() : this.#tlsServer(o.tls)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen({ port: o.port, host: o.host, ...(o.reusePort === true ? { reusePort: true } : {}) }, resolve)
    try {
      await promise
    } catch (cause) {
      const details = { host: o.host, port: o.port }
      throw new UlError('connect-failed', 'cannot listen', { details, cause })
    }
    server.removeListener('error', reject)
    server.on('error', (error) => this.host.faulted?.(error))
    this.#servers.add(server)
    this.#timer ??= setInterval(() => this.#check(), watchIntervalMs(this.limits)).unref()
    return { port: (server.address() as net.AddressInfo).port }
  }

  async close(o: { graceMs: number }): Promise<void> {
    this.#closing = true
    for (const server of this.#servers) server.close()
    this.#servers.clear()
    await this.#allGoneWithin(o.graceMs)
    for (const association of this.#connections) association.abort('the acceptor is shutting down')
    await this.#allGoneWithin(closeMarginMs)
    for (const association of this.#connections) association.core.transport.destroy()
    await this.#allGoneWithin(closeMarginMs)
    clearInterval(this.#timer)
  }

  admit(association: AcceptedAssociationDriver): boolean {
    if (this.#closing || this.#admitted.size >= this.limits.maxAssociations) return false
    this.#admitted.add(association)
    this.#waitsNoLonger(association)
    return true
  }

  left(association: AcceptedAssociationDriver): void {
    this.#admitted.delete(association)
  }

  gone(association: AcceptedAssociationDriver): void {
    this.#connections.delete(association)
    this.#waitsNoLonger(association)
    if (this.#connections.size === 0) this.#onAllGone?.()
  }

  #check(): void {
    for (const association of this.#connections) association.core.check()
  }

  async #allGoneWithin(milliseconds: number): Promise<void> {
    if (this.#connections.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onAllGone = resolve
    const timer = setTimeout(resolve, milliseconds)
    await promise
    clearTimeout(timer)
  }

  #plainServer(): net.Server {
    return net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
      const association = this.#admitConnection(socket, peerOf(socket))
      if (association === undefined) return
      const { onRead } = association.core.transport
      const reading = this.#reusesBuffer ? reuseReadBuffer(socket, this.#readBuffer, onRead) : undefined
      association.start(reading ?? socket, reading === undefined)
    })
  }

  #tlsServer(o: TlsServerOptions): net.Server {
    const options = { ...tlsServerOptions(o), handshakeTimeout: this.limits.artimTimeoutMs, noDelay: true }
    const server = tls.createServer(options, (socket) => {
      const certificateSubject = certificateSubjectOf(socket)
      const peer = { ...peerOf(socket), tls: true, ...(certificateSubject === undefined ? {} : { certificateSubject }) }
      this.#admitConnection(socket, peer)?.start(socket, true)
    })
    server.on('tlsClientError', (error, socket) => {
      this.host.connectionFailed?.({ ...peerOf(socket), tls: true }, `TLS handshake failed: ${codeOf(error)}`)
    })
    // Also bounds handshakes, which are not associations yet.
    server.maxConnections = this.limits.maxConnections
    return server
  }

  #admitConnection(socket: net.Socket, peer: PeerInfo): AcceptedAssociationDriver | undefined {
    const waiting = this.#waiting.get(peer.address) ?? new Set()
    const isFull = this.#connections.size >= this.limits.maxConnections
    if (this.#closing || isFull || waiting.size >= this.limits.maxWaitingConnectionsPerAddress) {
      socket.on('error', () => undefined)
      socket.destroy()
      this.host.connectionFailed?.(peer, 'too many connections')
      return undefined
    }
    const association = new AcceptedAssociationDriver(this, peer)
    this.#connections.add(association)
    waiting.add(association)
    this.#waiting.set(peer.address, waiting)
    return association
  }

  #waitsNoLonger(association: AcceptedAssociationDriver): void {
    const { address } = association.peer
    const waiting = this.#waiting.get(address)
    waiting?.delete(association)
    if (waiting?.size === 0) this.#waiting.delete(address)
  }
}

const mappedIpv4 = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

function peerOf(socket: net.Socket): PeerInfo {
  // A dual-stack listener sees IPv4 peers as mapped IPv6: to whom hosts are configured they are the same.
  const address = (socket.remoteAddress ?? '').replace(mappedIpv4, '')
  return { address, port: socket.remotePort ?? 0, tls: false }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
