import type { AccessControl } from '@vna/access'
import type { ObjectStore } from '@vna/archive'
import type { Catalog } from '@vna/catalog'
import type { HealthRecord } from '@vna/record'
import type { Logger, Metrics, ShutdownPhase } from '@vna/runtime'
import type { TransmissionRecorder } from '@vna/transmissions'
import type { Router } from 'express'
import type { LinkerConfig } from './config.ts'

/** What every module of this service works with. */
export interface LinkerDependencies {
  readonly config: LinkerConfig
  readonly catalog: Catalog
  readonly healthRecord: HealthRecord
  readonly store: ObjectStore
  readonly access: Pick<AccessControl, 'authorize'>
  readonly transmissions: Pick<TransmissionRecorder, 'record'>
  readonly logger: Logger
  readonly metrics: Metrics
  /** For tests: the process ends at a named write boundary. */
  readonly reach: (point: string) => void
  /** Aborted when the service must stop. */
  readonly signal: AbortSignal
}

/** Something done again and again, one at a time. */
export interface Task {
  readonly name: string
  readonly intervalMs: number
  run(signal: AbortSignal): Promise<unknown>
}

/** One topic of this service: what it answers, what it does by itself, and how it stops. */
export interface LinkerModule {
  /** Routes under the root of the listener; who asks is already known (`callerOf`). */
  mount?(router: Router): void
  /** Begins what listens by itself; answers what the run record says of it. */
  start?(): Promise<Readonly<Record<string, string | number>>>
  readonly tasks?: readonly Task[]
  /** Run after the tasks have ended and before the connections close. */
  readonly phases?: readonly ShutdownPhase[]
}
