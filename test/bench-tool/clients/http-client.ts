import { createConnection, type Socket } from 'node:net'
import { inLanes } from '../../../packages/flow/src/index.ts'
import { CliError } from '../../../services/cli/src/errors.ts'
import { quantile } from '../stats.ts'
import { HttpResponseReader } from './http-response-reader.ts'

const readBufferBytes = 256 * 1024

export interface GetResult {
  readonly status: number
  readonly bodyBytes: number
  readonly firstByteMs: number
  readonly totalMs: number
}

export interface Service {
  readonly baseUrl: string
  readonly token?: string
}
export interface GetRequest {
  readonly path: string
  readonly accept: string
}

interface Pending {
  readonly reader: HttpResponseReader
  readonly startedAt: number
  firstByteMs: number
  resolve(result: GetResult): void
  reject(error: Error): void
}

/** One keep-alive connection that asks one thing after the other and throws the answers away. */
export class HttpClient {
  readonly #service: Service
  readonly #url: URL
  #socket: Socket | undefined
  #pending: Pending | undefined

  constructor(service: Service) {
    this.#service = service
    this.#url = new URL(service.baseUrl)
  }

  get(request: GetRequest): Promise<GetResult> {
    return new Promise((resolve, reject) => {
      this.#pending = {
        reader: new HttpResponseReader(),
        startedAt: performance.now(),
        firstByteMs: 0,
        resolve,
        reject,
      }
      this.#connection().write(this.#encode(request))
    })
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #encode(request: GetRequest): string {
    const { host, pathname } = this.#url
    const authorization = this.#service.token === undefined ? '' : `Authorization: Bearer ${this.#service.token}\r\n`
    const path = `${pathname.replace(/\/$/, '')}${request.path}`
    return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: ${request.accept}\r\n${authorization}\r\n`
  }

  #connection(): Socket {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket
    const socket = createConnection({
      host: this.#url.hostname,
      port: Number(this.#url.port || 80),
      noDelay: true,
      // One buffer for all that arrives: nothing is kept of it.
      onread: { buffer: Buffer.alloc(readBufferBytes), callback: (size, buffer) => this.#receive(size, buffer) },
    })
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.#pending?.reader.end()
      this.#finish()
      this.#fail(new CliError('failed', 'the server closed the connection'))
    })
    this.#socket = socket
    return socket
  }

  #receive(size: number, buffer: Uint8Array): boolean {
    const pending = this.#pending
    if (pending === undefined) return true
    if (pending.firstByteMs === 0) pending.firstByteMs = performance.now() - pending.startedAt
    try {
      pending.reader.push(Buffer.from(buffer.buffer, buffer.byteOffset, size))
    } catch (error) {
      this.#socket?.destroy(error as Error)
      return false
    }
    this.#finish()
    return true
  }

  #finish(): void {
    const pending = this.#pending
    if (pending?.reader.isDone !== true) return
    this.#pending = undefined
    const { status, bodyBytes } = pending.reader
    const totalMs = performance.now() - pending.startedAt
    pending.resolve({ status, bodyBytes, firstByteMs: pending.firstByteMs, totalMs })
  }

  #fail(error: Error): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.reject(error)
  }
}

export interface Latency {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly bodyBytes: number
}

/** One after the other over one connection. */
export async function measureLatency(service: Service, requests: readonly GetRequest[]): Promise<Latency> {
  const client = new HttpClient(service)
  const times: number[] = []
  let bodyBytes = 0
  for (const request of requests) {
    const result = await getOk(client, request)
    times.push(result.totalMs)
    bodyBytes += result.bodyBytes
  }
  client.close()
  const sorted = times.sort((a, b) => a - b)
  return { p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95), bodyBytes: bodyBytes / requests.length }
}

export interface Throughput {
  readonly requests: number
  readonly bodyBytes: number
  readonly seconds: number
}

const warmUpSeconds = 1

/** What a server in use has behind it: compiled code, connections to its database. The same for every server. */
export async function warmUp(service: Service, requests: readonly GetRequest[], connections: number): Promise<void> {
  await measureThroughput(service, requests, { connections, seconds: warmUpSeconds })
}

/** So many connections that each ask again as soon as they are answered, going round the requests, for some time. */
export async function measureThroughput(
  service: Service,
  requests: readonly GetRequest[],
  o: { readonly connections: number; readonly seconds: number },
): Promise<Throughput> {
  const startedAt = performance.now()
  const deadline = startedAt + o.seconds * 1000
  let next = 0
  let answered = 0
  let bodyBytes = 0
  const lane = async (): Promise<void> => {
    const client = new HttpClient(service)
    while (performance.now() < deadline) {
      const request = requests[next++ % requests.length]
      if (request === undefined) break
      // Not `bodyBytes += await …`: that would add to what it was before the answer came.
      const result = await getOk(client, request)
      bodyBytes += result.bodyBytes
      answered++
    }
    client.close()
  }
  await inLanes(o.connections, lane)
  return { requests: answered, bodyBytes, seconds: (performance.now() - startedAt) / 1000 }
}

export async function getOk(client: HttpClient, request: GetRequest): Promise<GetResult> {
  const result = await client.get(request)
  if (result.status !== 200 && result.status !== 204) {
    throw new CliError('failed', `GET ${request.path} was answered ${result.status}`)
  }
  return result
}
