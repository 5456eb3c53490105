import http from 'node:http'
import https from 'node:https'
import { createBoundary, encodeClosingBoundary, encodePartHeader, multipartContentType } from '@vna/dicomweb'
import { inLanes, parseRetryAfter } from '@vna/flow'
import { Backoff, type SendBackoff } from './backoff.ts'
import { withDigest } from './digest.ts'
import { createDispenser, type SendPlan } from './plan.ts'
import type { SendGroup, SendItem } from './send-item.ts'
import type { SendReport } from './send-report.ts'
import { SendingError } from './sending-error.ts'
import { parseStoreAnswer, type StoreAnswer } from './stow-answer.ts'

export interface StowOptions {
  /** Base of the DICOMweb service, e.g. http://127.0.0.1:8080/dicomweb */
  readonly baseUrl: string
  readonly token?: string
  readonly connections: number
  /** Instances in a request. */
  readonly batch: number
  readonly noDelay: boolean
  readonly backoff: SendBackoff
  readonly report: SendReport
  readonly signal: AbortSignal
}

const partType = 'application/dicom'
const maxAnswerBytes = 64 * 1024 * 1024
const responseLimitMs = 300_000

/** Sends the plan in requests of some instances of one study, over several connections side by side. */
export async function sendByStow(plan: SendPlan, o: StowOptions): Promise<void> {
  const next = createDispenser(plan)
  const { Agent } = o.baseUrl.startsWith('https:') ? https : http
  // Node's agent takes `noDelay` and passes it on; its published types do not know it.
  const agentOptions = { keepAlive: true, maxSockets: o.connections, noDelay: o.noDelay }
  const agent = new Agent(agentOptions)
  const lane = async (): Promise<void> => {
    const sender = new StowSender(o, agent)
    for (let group = next(); group !== undefined; group = next()) {
      for (const batch of batchesOf(group, o.batch)) await sender.deliver(batch)
    }
  }
  await inLanes(o.connections, lane).finally(() => agent.destroy())
}

function* batchesOf(group: SendGroup, size: number): Generator<SendItem[]> {
  let batch: SendItem[] = []
  for (const item of group.items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

class StowSender {
  readonly #options: StowOptions
  readonly #agent: http.Agent
  readonly #backoff: Backoff

  constructor(options: StowOptions, agent: http.Agent) {
    this.#options = options
    this.#agent = agent
    this.#backoff = new Backoff(options.backoff, options.signal)
  }

  /** Returns when every instance is acknowledged or has failed for a reason of its own; throws when the service is out of reach. */
  async deliver(batch: readonly SendItem[]): Promise<void> {
    const { report, signal } = this.#options
    for (const _ of batch) report.sent()
    let open = batch
    for (;;) {
      signal.throwIfAborted()
      const digests = new Map<SendItem, () => string>()
      const answer = await this.#post(open, digests).catch((error: Error) => error)
      signal.throwIfAborted()
      const verdict = answer instanceof Error ? later(answer.message) : judge(answer)
      if (verdict.kind === 'fatal') throw new SendingError(verdict.code, verdict.reason)
      if (verdict.kind === 'answered') {
        open = this.#settle(open, verdict.answer, digests)
        if (open.length === 0) return
      }
      if (!(await this.#backoff.wait(verdict.kind === 'later' ? verdict.waitMs : 0))) {
        const reason = verdict.kind === 'later' ? verdict.reason : 'out of resources'
        if (answer instanceof Error) throw new SendingError('unreachable', answer.message, { cause: answer })
        for (const item of open) report.failed(item, reason)
        return
      }
      report.retried()
    }
  }

  /** Books what was decided; hands back what is worth another try. */
  #settle(batch: readonly SendItem[], answer: StoreAnswer, digests: Map<SendItem, () => string>): SendItem[] {
    const { report } = this.#options
    const again: SendItem[] = []
    for (const item of batch) {
      const stored = answer.stored.get(item.sopInstanceUid)
      const failed = answer.failed.get(item.sopInstanceUid)
      if (stored !== undefined) {
        this.#backoff.progress()
        const digest = digests.get(item)
        report.acknowledged(item, {
          isWarning: stored.isWarning,
          ...(digest === undefined ? {} : { sha256: digest() }),
        })
      } else if (failed !== undefined && failed.reason >> 8 === 0xa7) again.push(item)
      else report.failed(item, failed?.comment || 'not in the answer', failed?.reason)
    }
    return again
  }

  async #post(batch: readonly SendItem[], digests: Map<SendItem, () => string>): Promise<HttpAnswer> {
    const { baseUrl, token, signal } = this.#options
    const boundary = createBoundary()
    // Without the transfer syntax, which the file states itself: Orthanc passes over a part whose type has a parameter.
    const heads = batch.map((_item, index) =>
      encodePartHeader({ boundary, contentType: partType, isFirst: index === 0 }),
    )
    const end = encodeClosingBoundary(boundary)
    const contentLength =
      heads.reduce((sum, head) => sum + head.length, end.length) +
      batch.reduce((sum, item) => sum + item.part10Bytes, 0)
    const { request } = baseUrl.startsWith('https:') ? https : http
    const outgoing = request(`${baseUrl}/studies`, {
      method: 'POST',
      agent: this.#agent,
      signal,
      timeout: responseLimitMs,
      headers: {
        'content-type': multipartContentType({ boundary, partType: partType }),
        'content-length': contentLength,
        accept: 'application/dicom+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    })
    const answered = answerOf(outgoing)
    try {
      // An early answer (503, say) ends the upload; its own failure then is no news.
      await Promise.race([this.#write(outgoing, { batch, heads, end, digests }), answered.then(() => undefined)])
      return await answered
    } finally {
      if (!outgoing.writableEnded) outgoing.destroy()
    }
  }

  async #write(
    outgoing: http.ClientRequest,
    o: {
      readonly batch: readonly SendItem[]
      readonly heads: readonly Uint8Array[]
      readonly end: Uint8Array
      readonly digests: Map<SendItem, () => string>
    },
  ): Promise<void> {
    for (const [index, item] of o.batch.entries()) {
      await write(outgoing, o.heads[index] ?? new Uint8Array(0))
      const bytes = await item.part10()
      const prefixBytes = item.part10Bytes - item.dataSetBytes
      const digested = this.#options.report.wantsDigest ? withDigest(bytes, prefixBytes) : undefined
      if (digested !== undefined) o.digests.set(item, digested.digest)
      const source = digested?.bytes ?? bytes
      if (source instanceof Uint8Array) await write(outgoing, source)
      else for await (const part of source) await write(outgoing, part)
    }
    outgoing.end(o.end)
  }
}

interface HttpAnswer {
  readonly status: number
  readonly retryAfterMs: number
  readonly body: string
}

type Verdict =
  | { readonly kind: 'answered'; readonly answer: StoreAnswer }
  | { readonly kind: 'later'; readonly reason: string; readonly waitMs: number }
  | { readonly kind: 'fatal'; readonly code: 'refused' | 'failed'; readonly reason: string }

function judge(answer: HttpAnswer): Verdict {
  const parsed = [200, 202, 409].includes(answer.status) ? parseStoreAnswer(answer.body) : undefined
  if (parsed !== undefined) return { kind: 'answered', answer: parsed }
  const reason = `HTTP ${answer.status} ${answer.body.slice(0, 300)}`.trim()
  if (answer.status === 503 || answer.status === 429 || answer.status >= 500) return later(reason, answer.retryAfterMs)
  return { kind: 'fatal', code: answer.status === 401 || answer.status === 403 ? 'refused' : 'failed', reason }
}

function later(reason: string, waitMs = 0): Verdict {
  return { kind: 'later', reason, waitMs }
}

/** Settles writes one by one: a slow receiver slows the reading of files. */
function write(outgoing: http.ClientRequest, bytes: Uint8Array): Promise<void> {
  if (outgoing.destroyed) return Promise.reject(new SendingError('unreachable', 'the connection was closed'))
  if (outgoing.write(bytes)) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const onDrain = (): void => {
      outgoing.off('close', onClose)
      resolve()
    }
    const onClose = (): void => {
      outgoing.off('drain', onDrain)
      reject(new SendingError('unreachable', 'the connection was closed'))
    }
    outgoing.once('drain', onDrain)
    outgoing.once('close', onClose)
  })
}

function answerOf(outgoing: http.ClientRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject)
    outgoing.once('timeout', () => outgoing.destroy(new SendingError('unreachable', 'no answer in time')))
    outgoing.once('response', (response) => {
      const parts: Buffer[] = []
      let bytes = 0
      response.on('data', (part: Buffer) => {
        bytes += part.length
        if (bytes > maxAnswerBytes) response.destroy(new SendingError('failed', 'the answer is too long'))
        else parts.push(part)
      })
      response.once('error', reject)
      response.once('end', () => {
        const retryAfterMs = parseRetryAfter(response.headers['retry-after'], Date.now()) ?? 0
        resolve({ status: response.statusCode ?? 0, retryAfterMs, body: Buffer.concat(parts).toString('utf8') })
      })
    })
  })
}
