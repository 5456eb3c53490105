import { appendFileSync, closeSync, openSync } from 'node:fs'
import type { SendItem } from './send-item.ts'

export interface SendFailure {
  readonly sopInstanceUid: string
  /** DIMSE status or STOW failure reason, as hex; absent when no answer came. */
  readonly status?: string
  readonly comment: string
}

export interface SendSummary {
  /** Instances handed over at least once. */
  readonly sent: number
  readonly acknowledged: number
  /** Of the acknowledged: with a warning status. */
  readonly warnings: number
  /** Left out because the archive has them. */
  readonly skipped: number
  readonly failed: readonly SendFailure[]
  readonly retries: number
  readonly acknowledgedBytes: number
  readonly seconds: number
}

/** Keeps the score of a sending, and the log of acknowledgements. */
export class SendReport {
  readonly #log: number | undefined
  readonly #onDone: () => void
  #startedAt = performance.now()
  #sent = 0
  #acknowledged = 0
  #warnings = 0
  #skipped = 0
  #retries = 0
  #bytes = 0
  readonly #failed: SendFailure[] = []

  constructor(o: { readonly ackLog?: string; onDone(): void }) {
    this.#log = o.ackLog === undefined ? undefined : openSync(o.ackLog, 'a')
    this.#onDone = o.onDone
  }

  /** The digest is only needed for the log, and costs more than the sending. */
  get wantsDigest(): boolean {
    return this.#log !== undefined
  }

  start(): void {
    this.#startedAt = performance.now()
  }

  sent(): void {
    this.#sent++
  }

  retried(): void {
    this.#retries++
  }

  skipped(): void {
    this.#skipped++
    this.#onDone()
  }

  acknowledged(item: SendItem, o: { readonly sha256?: string; readonly isWarning?: boolean }): void {
    // One write to a file opened for appending: whole lines, whoever is killed afterwards.
    if (this.#log !== undefined) appendFileSync(this.#log, `${item.sopInstanceUid} ${o.sha256 ?? ''}\n`)
    this.#acknowledged++
    this.#bytes += item.dataSetBytes
    if (o.isWarning === true) this.#warnings++
    this.#onDone()
  }

  failed(item: SendItem, comment: string, status?: number): void {
    const hex = status === undefined ? {} : { status: `0x${status.toString(16).toUpperCase().padStart(4, '0')}` }
    this.#failed.push({ sopInstanceUid: item.sopInstanceUid, ...hex, comment })
    this.#onDone()
  }

  close(): void {
    if (this.#log !== undefined) closeSync(this.#log)
  }

  summary(): SendSummary {
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      warnings: this.#warnings,
      skipped: this.#skipped,
      failed: this.#failed,
      retries: this.#retries,
      acknowledgedBytes: this.#bytes,
      seconds: Number(((performance.now() - this.#startedAt) / 1000).toFixed(3)),
    }
  }
}
