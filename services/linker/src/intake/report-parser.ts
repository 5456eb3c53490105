import { FairGate, GateFullError } from '@vna/flow'
import { FseError, type FseErrorCode, type FseErrorDetails, type ReportDomains, type ReportFacts } from '@vna/fse'
import { ProblemError } from '@vna/http'
import { handedOver, ThreadPool, ThreadPoolError, type ThreadPoolErrorCode } from '@vna/threads'
import { intakeLimits } from './intake-limits.ts'

export interface ParseOrder {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  readonly domains: Partial<ReportDomains>
}

export type ParseAnswer = { readonly bytes: Uint8Array<ArrayBuffer> } & (
  | { readonly facts: ReportFacts }
  /** Absent: a mistake of ours. */
  | { readonly failure: { readonly code: FseErrorCode; readonly details: FseErrorDetails } | undefined }
)

export interface ParsedReport {
  readonly facts: ReportFacts
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface ReportParserLimits {
  readonly parserThreads: number
  readonly maxWaiting: number
  readonly maxWaitingPerOwner: number
  readonly parseTimeoutMs: number
  readonly threadHeapMiB: number
}

/**
 * Reads reports in threads of their own, so that no document, however it is built, stops the service or takes its memory:
 * one that takes too long or too much ends its thread and is refused. The bytes given are away until the answer brings them
 * back. close() ends the threads.
 */
export class ReportParser {
  readonly #threads: ThreadPool<ParseOrder, ParseAnswer>
  readonly #turns: FairGate

  constructor(limits: Partial<ReportParserLimits> = {}) {
    const { parserThreads, maxWaiting, maxWaitingPerOwner, parseTimeoutMs, threadHeapMiB } = {
      ...intakeLimits,
      ...limits,
    }
    const file = new URL('./parse-thread.ts', import.meta.url)
    const options = { file, threads: parserThreads, maxWaiting, taskTimeoutMs: parseTimeoutMs, threadHeapMiB }
    this.#threads = new ThreadPool(options)
    // One thread is always left to others, where there is more than one.
    const maxRunningPerKey = Math.max(1, parserThreads - 1)
    const turns = { maxRunning: parserThreads, maxRunningPerKey, maxWaiting, maxWaitingPerKey: maxWaitingPerOwner }
    this.#turns = new FairGate(turns)
  }

  /** Throws FseError for what is no report, ProblemError where it cannot be read now or at all. */
  async parse(owner: string, order: ParseOrder): Promise<ParsedReport> {
    const read = () => this.#threads.run(handedOver(order, [order.bytes.buffer]))
    const answer = await this.#turns.run(owner, read).catch((error: unknown) => {
      throw error instanceof ThreadPoolError
        ? problemOf(error.code)
        : error instanceof GateFullError
          ? problemOf('too-many-waiting')
          : error
    })
    if ('facts' in answer) return { facts: answer.facts, bytes: answer.bytes }
    if (answer.failure === undefined) throw new ProblemError('internal', 'a report could not be read')
    throw new FseError(answer.failure.code, answer.failure.details)
  }

  async close(): Promise<void> {
    await this.#threads.close()
  }
}

function problemOf(code: ThreadPoolErrorCode): ProblemError {
  switch (code) {
    case 'too-many-waiting':
      return new ProblemError('unavailable', 'too many reports at once', { headers: { 'retry-after': '2' } })
    case 'closed':
      return new ProblemError('unavailable', 'the service stops')
    case 'too-much':
      return new ProblemError('bad-request', 'the document takes more time or memory to read than any report', {
        extensions: { reason: 'too-complex' },
      })
  }
}
