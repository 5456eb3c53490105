import type { TransmissionOutcome, TransmissionProtocol, TransmissionReason } from './vocabulary.ts'

/** One association or request, in either direction: what operators search. */
export interface Transmission {
  readonly direction: 'in' | 'out'
  readonly protocol: TransmissionProtocol
  /** Absent when the peer was not known. */
  readonly entityCode?: string | undefined
  /** AE title or client of the peer. */
  readonly client: string
  readonly peer?: string | undefined
  readonly startedAt: Date
  readonly endedAt: Date
  readonly instances: number
  readonly failures: number
  readonly bytes: number
  readonly outcome: TransmissionOutcome
  /** Absent when it ended well. */
  readonly reason?: TransmissionReason | undefined
  readonly studyInstanceUids?: readonly string[] | undefined
}

/** What is told twice under one key is kept once. */
export type KeyedTransmission = Transmission & { readonly key: string }

export type InsertTransmissions = (rows: readonly KeyedTransmission[]) => Promise<void>

/**
 * Takes what came and went, and sees to it that the database has it. `record` neither waits nor fails: a database that is away
 * only delays. record()… → close().
 */
export interface TransmissionRecorder {
  record(transmission: Transmission): void
  /** Writes what waits, once. */
  close(): Promise<void>
}
