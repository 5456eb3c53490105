import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { AccessError } from '@vna/access'
import { certificateSubjectOf, type TlsServerOptions, tlsServerOptions } from '@vna/dicom-net'
import { Sampler } from '@vna/flow'
import { encodeMllp, Hl7Error, MllpDecoder } from '@vna/hl7'
import type { Transmission, TransmissionReason } from '@vna/transmissions'
import { handleMessage, type MessageDependencies } from './handle-message.ts'
import type { KnownHosts, KnownSender } from './known-hosts.ts'
import { mllpListenerLimits } from './mllp-limits.ts'

export interface MllpListener {
  readonly port: number
  close(): Promise<void>
}

export type ListenerDependencies = MessageDependencies & { readonly hosts: Pick<KnownHosts, 'find'> }

/** A stranger may come as often as it likes: it has one row a minute. */
const strangerLimits = { windowMs: 60_000, maxKeys: 10_000 }

type Limits = { readonly [K in keyof typeof mllpListenerLimits]: number }

/** Listens for HL7 v2 over MLLP. Messages of one connection are handled and answered one after the other. */
export async function openMllpListener(
  dependencies: ListenerDependencies,
  o: {
    readonly host: string
    readonly port: number
    readonly tls?: TlsServerOptions | undefined
    readonly limits?: Partial<Limits>
  },
): Promise<MllpListener> {
  const limits: Limits = { ...mllpListenerLimits, ...o.limits }
  const strangers = new Sampler<Transmission>({
    ...strangerLimits,
    onFirst: (row) => dependencies.transmissions.record(row),
    onMore: ({ peer, reason }, times) => dependencies.logger.info({ peer, reason, times }, 'more strangers to HL7'),
  })
  const shared: Shared = {
    strangers,
    heldBytes: 0,
    perHost: new Map(),
    running: new Set(),
    limits,
  }
  const take = (socket: Socket): void => {
    const connection = serve(dependencies, shared, socket)
    shared.running.add({ socket, done: connection })
  }
  const { handshakeTimeout } = limits
  const server =
    o.tls === undefined ? createServer(take) : createTlsServer({ ...tlsServerOptions(o.tls), handshakeTimeout }, take)
  server.maxConnections = limits.maxConnections
  await listen(server, o)
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, shared) }
}

interface Shared {
  readonly strangers: Sampler<Transmission>
  heldBytes: number
  readonly perHost: Map<string, number>
  readonly running: Set<{ readonly socket: Socket; readonly done: Promise<void> }>
  readonly limits: Limits
}

async function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(port, host, listening.resolve)
  await listening.promise
  server.off('error', listening.reject)
}

/** What is being handled gets its answer; who waits for a message is sent away. */
async function closeServer(server: Server, { running, limits, strangers }: Shared): Promise<void> {
  server.close()
  const timer = setTimeout(() => {
    for (const { socket } of running) socket.destroy()
  }, limits.closeGraceMs)
  for (const { socket } of running) socket.end()
  await Promise.allSettled([...running].map(({ done }) => done))
  clearTimeout(timer)
  strangers.close()
}

interface Tally {
  messages: number
  failures: number
  bytes: number
  reason: TransmissionReason | undefined
}

async function serve(dependencies: ListenerDependencies, shared: Shared, socket: Socket): Promise<void> {
  const address = socket.remoteAddress ?? ''
  const startedAt = new Date()
  const tally: Tally = { messages: 0, failures: 0, bytes: 0, reason: undefined }
  // A socket that breaks ends the loop below; without a listener it would end the process.
  socket.on('error', () => undefined)
  socket.setTimeout(shared.limits.idleTimeoutMs, () => socket.destroy())
  const count = shared.perHost.get(address) ?? 0
  shared.perHost.set(address, count + 1)
  try {
    const sender = await admit(dependencies, socket)
    if (count >= shared.limits.maxConnectionsPerHost) {
      tally.reason = 'too-many-connections'
      return
    }
    await readMessages(dependencies, { shared, socket, sender, tally })
  } catch (error) {
    tally.reason = reasonOf(error)
  } finally {
    socket.destroy()
    release(shared, { address, socket })
    recordConnection(dependencies, shared, { address, startedAt, tally })
  }
}

/** Throws AccessError for a host that nobody registered. */
async function admit(dependencies: ListenerDependencies, socket: Socket): Promise<KnownSender> {
  const address = socket.remoteAddress ?? ''
  const certificateSubject = socket instanceof TLSSocket ? certificateSubjectOf(socket) : undefined
  const sender = await dependencies.hosts.find({ address, certificateSubject })
  const caller = { kind: 'association', name: 'hl7', address, isKnownHost: sender !== undefined } as const
  await dependencies.access.authorize(caller, { kind: 'associate' }, {}, 'refusals-only')
  if (sender === undefined) throw new Error('a stranger was admitted')
  return sender
}

/** In the words of the transmissions. */
function reasonOf(error: unknown): TransmissionReason {
  if (error instanceof AccessError) return error.code === 'forbidden' ? 'unknown-host' : error.code
  return error instanceof Hl7Error ? error.code : 'lost'
}

async function readMessages(
  dependencies: ListenerDependencies,
  o: { readonly shared: Shared; readonly socket: Socket; readonly sender: KnownSender; readonly tally: Tally },
): Promise<void> {
  const { shared, socket, sender, tally } = o
  const decoder = new MllpDecoder({ maxMessageBytes: shared.limits.maxMessageBytes })
  let held = 0
  let timer: NodeJS.Timeout | undefined
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      tally.bytes += chunk.length
      const messages = decoder.push(chunk)
      shared.heldBytes += decoder.pendingBytes - held
      held = decoder.pendingBytes
      if (shared.heldBytes > shared.limits.maxBytesAtOnce) throw new Hl7Error('too-large', { where: 'MLLP' })
      if (messages.length > 0 || !decoder.isInsideMessage) timer = cleared(timer)
      if (decoder.isInsideMessage) timer ??= setTimeout(() => socket.destroy(), shared.limits.messageTimeoutMs)
      for (const message of messages) await answer(dependencies, { socket, sender, tally, message })
    }
    decoder.end()
  } finally {
    shared.heldBytes -= held
    cleared(timer)
  }
}

function cleared(timer: NodeJS.Timeout | undefined): undefined {
  clearTimeout(timer)
  return undefined
}

async function answer(
  dependencies: ListenerDependencies,
  o: { readonly socket: Socket; readonly sender: KnownSender; readonly tally: Tally; readonly message: Uint8Array },
): Promise<void> {
  const { code, ack } = await handleMessage(dependencies, o.sender, o.message as Uint8Array<ArrayBuffer>)
  o.tally.messages++
  if (code !== 'AA') o.tally.failures++
  if (!o.socket.writable) return
  const written = Promise.withResolvers<void>()
  o.socket.write(encodeMllp(ack), () => written.resolve())
  await written.promise
}

function release(shared: Shared, { address, socket }: { readonly address: string; readonly socket: Socket }): void {
  const left = (shared.perHost.get(address) ?? 1) - 1
  if (left > 0) shared.perHost.set(address, left)
  else shared.perHost.delete(address)
  for (const connection of shared.running) if (connection.socket === socket) shared.running.delete(connection)
}

function recordConnection(
  { transmissions }: ListenerDependencies,
  { strangers }: Shared,
  o: { readonly address: string; readonly startedAt: Date; readonly tally: Tally },
): void {
  const { messages, failures, bytes, reason } = o.tally
  const row: Transmission = {
    direction: 'in',
    protocol: 'mllp',
    client: 'hl7',
    peer: o.address,
    startedAt: o.startedAt,
    endedAt: new Date(),
    instances: messages - failures,
    failures,
    bytes,
    outcome: reason === undefined ? 'complete' : 'failed',
    reason,
  }
  if (reason === 'unknown-host') strangers.note(o.address, row)
  else transmissions.record(row)
}
