import {
  dimseStatusClass,
  isUlError,
  type RequestorAssociation,
  requestAssociation,
  type UlError,
} from '@vna/dicom-net'
import { forEachLimited, inLanes } from '@vna/flow'
import { Backoff, type SendBackoff } from './backoff.ts'
import { type Bytes, withDigest } from './digest.ts'
import { createDispenser, legsOf, type SendPlan } from './plan.ts'
import type { SendItem, StorageContext } from './send-item.ts'
import type { SendReport } from './send-report.ts'
import { SendingError } from './sending-error.ts'

export interface CStoreTarget {
  readonly host: string
  readonly port: number
  readonly callingAeTitle: string
  readonly calledAeTitle: string
}

export interface CStoreOptions {
  readonly target: CStoreTarget
  readonly associations: number
  /** C-STORE requests under way at once in an association, where the peer agrees. */
  readonly window: number
  readonly noDelay: boolean
  readonly backoff: SendBackoff
  readonly report: SendReport
  readonly signal: AbortSignal
}

/** PS3.8 9.3.4: result 2 is rejected-transient, the peer's way to say: later. */
const rejectedTransient = 2

/** An A-ABORT in answer to an instance is a verdict on it; a peer that dies just closes the connection. */
const maxAbortsByOneInstance = 2

/** Sends the plan over several associations side by side. Rejects when the peer cannot be had at all. */
export async function sendByCStore(plan: SendPlan, o: CStoreOptions): Promise<void> {
  const next = createDispenser(plan)
  const lane = async (): Promise<void> => {
    const sender = new CStoreSender(o)
    try {
      for (let group = next(); group !== undefined; group = next()) {
        for (const leg of legsOf(group, plan)) {
          await sender.propose(leg.contexts)
          // One more than the window: the next instance is read while the answer to the last is awaited.
          await forEachLimited(leg.items, o.window + 1, (item) => sender.deliver(item))
        }
      }
    } finally {
      await sender.close()
    }
  }
  await inLanes(o.associations, lane)
}

/** One association at a time, opened again when it is lost; closed for good by close(). */
class CStoreSender {
  readonly #options: CStoreOptions
  readonly #backoff: Backoff
  #contexts: readonly StorageContext[] = []
  #association: Promise<RequestorAssociation> | undefined
  #current: RequestorAssociation | undefined
  /** Instances that are tried again, one after the other; new ones wait for them. */
  #alone: Promise<void> = Promise.resolve()

  constructor(options: CStoreOptions) {
    this.#options = options
    this.#backoff = new Backoff(options.backoff, options.signal)
  }

  async propose(contexts: readonly StorageContext[]): Promise<void> {
    if (contexts === this.#contexts) return
    await this.close()
    this.#contexts = contexts
  }

  async close(): Promise<void> {
    const association = this.#association
    this.#association = undefined
    // A release that fails changes nothing for instances already acknowledged.
    await association?.then((open) => open.release()).catch(() => undefined)
  }

  /** Returns when the instance is acknowledged or has failed for a reason of its own; throws when the peer is out of reach. */
  async deliver(item: SendItem): Promise<void> {
    this.#options.report.sent()
    await this.#alone
    const verdict = await this.#attempt(item)
    if (verdict.kind === 'done') return
    // Tried again alone: of the instances under way when an association is aborted only one may be the cause.
    const turn = this.#alone.then(() => this.#deliverAlone(item, verdict))
    this.#alone = turn.catch(() => undefined)
    await turn
  }

  async #deliverAlone(item: SendItem, first: Unfinished): Promise<void> {
    const { report } = this.#options
    let verdict: Verdict = first
    for (let aborts = 0; verdict.kind !== 'done'; ) {
      const isHopeless = verdict.kind === 'aborted' && aborts++ >= maxAbortsByOneInstance
      if (isHopeless || !(await this.#backoff.wait())) {
        report.failed(item, verdict.reason, verdict.status)
        return
      }
      report.retried()
      verdict = await this.#attempt(item)
    }
  }

  async #attempt(item: SendItem): Promise<Verdict> {
    this.#options.signal.throwIfAborted()
    const association = await this.#open()
    const verdict = await this.#store(item, association)
    if (verdict.kind === 'lost' || verdict.kind === 'aborted') this.#drop(association)
    return verdict
  }

  async #store(item: SendItem, association: RequestorAssociation): Promise<Verdict> {
    const { report } = this.#options
    const read = await readData(item, report.wantsDigest).catch((error: Error) => error)
    if (read instanceof Error) return this.#giveUp(item, `cannot be read: ${read.message}`)
    const { sopClassUid, sopInstanceUid, transferSyntaxUid } = item
    try {
      const { status, errorComment } = await association.store({
        sopClassUid,
        sopInstanceUid,
        transferSyntaxUid,
        dataSet: read.bytes,
      })
      return this.#judge(item, { status, comment: errorComment ?? '', digest: read.digest })
    } catch (error) {
      if (!isUlError(error)) throw error
      if (error.code === 'no-presentation-context') return this.#giveUp(item, error.message)
      if (error.code === 'cancelled') throw error
      return { kind: error.code === 'association-aborted' ? 'aborted' : 'lost', reason: error.message }
    }
  }

  #judge(item: SendItem, o: { status: number; comment: string; digest: (() => string) | undefined }): Verdict {
    const { report } = this.#options
    const statusClass = dimseStatusClass(o.status)
    if (statusClass === 'success' || statusClass === 'warning') {
      this.#backoff.progress()
      report.acknowledged(item, {
        isWarning: statusClass === 'warning',
        ...(o.digest === undefined ? {} : { sha256: o.digest() }),
      })
      return { kind: 'done' }
    }
    // PS3.4 B.2.3: A7xx is out of resources, which passes.
    if (o.status >> 8 === 0xa7) return { kind: 'later', reason: o.comment || 'out of resources', status: o.status }
    return this.#giveUp(item, o.comment || 'refused', o.status)
  }

  #giveUp(item: SendItem, reason: string, status?: number): Verdict {
    this.#options.report.failed(item, reason, status)
    return { kind: 'done' }
  }

  #drop(association: RequestorAssociation): void {
    // Its failure may be heard of several times, by then perhaps with a new one in its place.
    if (this.#current !== association) return
    association.abort()
    this.#association = undefined
  }

  async #open(): Promise<RequestorAssociation> {
    for (;;) {
      this.#association ??= this.#request()
      const pending = this.#association
      try {
        const open = await pending
        this.#current = open
        return open
      } catch (error) {
        if (this.#association === pending) this.#association = undefined
        if (!isUlError(error) || !isPassing(error)) throw unreachable(error)
        if (!(await this.#backoff.wait())) throw unreachable(error)
        this.#options.report.retried()
      }
    }
  }

  #request(): Promise<RequestorAssociation> {
    const { target, noDelay, window, signal } = this.#options
    const presentationContexts = this.#contexts.map((context) => ({
      abstractSyntaxUid: context.sopClassUid,
      transferSyntaxUids: [context.transferSyntaxUid],
    }))
    return requestAssociation({ ...target, presentationContexts, noDelay, maxOperations: window, signal })
  }
}

interface Unfinished {
  readonly kind: 'later' | 'lost' | 'aborted'
  readonly reason: string
  readonly status?: number
}
type Verdict = { readonly kind: 'done' } | Unfinished

async function readData(
  item: SendItem,
  wantsDigest: boolean,
): Promise<{ readonly bytes: Bytes; readonly digest: (() => string) | undefined }> {
  const bytes = await item.dataSet()
  return wantsDigest ? withDigest(bytes) : { bytes, digest: undefined }
}

function isPassing(error: UlError): boolean {
  if (error.code === 'association-rejected') return error.details.result === rejectedTransient
  return error.retryable
}

function unreachable(error: unknown): SendingError {
  const message = error instanceof Error ? error.message : String(error)
  const isRefusal = isUlError(error) && error.code === 'association-rejected'
  const details = isUlError(error) ? { ...error.details } : {}
  return new SendingError(isRefusal ? 'refused' : 'unreachable', message, { cause: error, details })
}
