import { CliError } from '../../../services/cli/src/errors.ts'

const maxHeadBytes = 64 * 1024
const headEnd = Buffer.from('\r\n\r\n')

export interface ResponseHead {
  readonly status: number
  readonly contentLength?: number
  readonly isChunked: boolean
}

/** What the next byte belongs to. */
type State = 'head' | 'body' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'done'

/**
 * Counts the bytes of one HTTP/1.1 answer and keeps none of the body: a client must cost less than the server it
 * measures. Push what arrives; `isDone` once the answer is complete.
 */
export class HttpResponseReader {
  #state: State = 'head'
  #head = Buffer.alloc(0)
  #line = ''
  #remaining = 0
  #bodyBytes = 0
  #status = 0

  get isDone(): boolean {
    return this.#state === 'done'
  }

  get status(): number {
    return this.#status
  }

  get bodyBytes(): number {
    return this.#bodyBytes
  }

  /** The server closed the connection: for an answer without a length that is its end. */
  end(): void {
    if (this.#state === 'until-close') this.#state = 'done'
  }

  push(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'done') throw new CliError('failed', 'bytes after the end of the answer')
      if (this.#state === 'head') at = this.#pushHead(bytes, at)
      else if (this.#state === 'until-close') at = this.#passAll(bytes, at)
      else if (this.#state === 'body' || this.#state === 'chunk') at = this.#pass(bytes, at)
      else at = this.#pushLine(bytes, at)
    }
  }

  #pushHead(bytes: Buffer, at: number): number {
    const before = this.#head.length
    this.#head = Buffer.concat([this.#head, bytes.subarray(at)])
    const end = this.#head.indexOf(headEnd)
    if (end < 0) {
      if (this.#head.length > maxHeadBytes) throw new CliError('failed', 'the head of the answer is too long')
      return bytes.length
    }
    const head = parseResponseHead(this.#head.toString('latin1', 0, end))
    this.#status = head.status
    this.#remaining = head.contentLength ?? 0
    this.#state = stateAfter(head)
    return at + end + headEnd.length - before
  }

  #passAll(bytes: Buffer, at: number): number {
    this.#bodyBytes += bytes.length - at
    return bytes.length
  }

  #pass(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#remaining, bytes.length - at)
    this.#remaining -= taken
    this.#bodyBytes += taken
    if (this.#remaining === 0) this.#state = this.#state === 'chunk' ? 'chunk-end' : 'done'
    return at + taken
  }

  /** Lines between chunks: sizes, the line break after each chunk, trailers. */
  #pushLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(0x0a, at)
    this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end)
    if (this.#line.length > maxHeadBytes) throw new CliError('failed', 'a chunk of the answer is malformed')
    if (end < 0) return bytes.length
    this.#finishLine(this.#line.trim())
    this.#line = ''
    return end + 1
  }

  #finishLine(line: string): void {
    if (this.#state === 'chunk-end') {
      this.#state = 'chunk-size'
      return
    }
    if (this.#state === 'trailer') {
      if (line === '') this.#state = 'done'
      return
    }
    this.#remaining = Number.parseInt(line, 16)
    if (!Number.isSafeInteger(this.#remaining)) throw new CliError('failed', 'a chunk of the answer is malformed')
    this.#state = this.#remaining === 0 ? 'trailer' : 'chunk'
  }
}

/** RFC 9112 6.3, as far as answers to GET go. */
function stateAfter(head: ResponseHead): State {
  if (head.status === 204 || head.status === 304 || head.contentLength === 0) return 'done'
  if (head.isChunked) return 'chunk-size'
  return head.contentLength === undefined ? 'until-close' : 'body'
}

function parseResponseHead(text: string): ResponseHead {
  const [statusLine = '', ...lines] = text.split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1])
  if (!Number.isSafeInteger(status)) throw new CliError('failed', 'no HTTP answer')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  const length = headers.get('content-length')
  return {
    status,
    isChunked: /\bchunked\b/i.test(headers.get('transfer-encoding') ?? ''),
    ...(length === undefined ? {} : { contentLength: Number(length) }),
  }
}
