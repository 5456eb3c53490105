import type { AuditEntry, Catalog } from '@vna/catalog'
import type { Principal } from './principal.ts'

export type AuditAction =
  | 'search'
  | 'retrieve'
  | 'store'
  | 'set-visibility'
  | 'operate'
  | 'administer'
  | 'describe'
  | 'sign-in'
export type AuditOutcome = 'allowed' | 'denied' | 'not-found' | 'failed'

export interface AuditRecord {
  /** Absent when nobody could be identified. */
  readonly principal?: Principal | undefined
  /** AE title of a DIMSE peer, or other name where there is no token. */
  readonly actor?: string | undefined
  readonly action: AuditAction
  readonly outcome: AuditOutcome
  readonly object: Readonly<Record<string, unknown>>
}

export const auditLimits = {
  /** Entries waiting to be written; beyond, record() waits for the database, so memory stays bounded. */
  maxPending: 10_000,
  maxBatch: 500,
} as const

interface Waiting {
  readonly entry: AuditEntry
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes audit entries in groups: while one group is being written, the next gathers, so that under load a read costs a
 * fraction of a statement and alone about a millisecond. open → record()… → close(), which writes what waits.
 */
export class AuditTrail {
  readonly #catalog: Pick<Catalog, 'appendAudit'>
  readonly #clock: () => Date
  readonly #waiting: Waiting[] = []
  #writing: Promise<void> | undefined

  constructor(catalog: Pick<Catalog, 'appendAudit'>, options: { clock?: () => Date } = {}) {
    this.#catalog = catalog
    this.#clock = options.clock ?? (() => new Date())
  }

  /** Resolves when the entry is in the database. Rejects with the failure of its group, after which it is not written. */
  async record(record: AuditRecord): Promise<void> {
    while (this.#waiting.length >= auditLimits.maxPending) await this.#writing
    const entry = entryOf(record, this.#clock())
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject })
    })
    this.#writing ??= this.#writeAll()
    return written
  }

  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  async #writeAll(): Promise<void> {
    // Everything recorded in this turn of the event loop joins the first group.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#writeGroup(this.#waiting.splice(0, auditLimits.maxBatch))
    // In the same step as the check above, so that no entry comes between and finds nobody writing.
    this.#writing = undefined
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#catalog.appendAudit(group.map(({ entry }) => entry))
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}

function entryOf(record: AuditRecord, at: Date): AuditEntry {
  const { principal } = record
  return {
    at,
    actor: principal?.subject ?? record.actor ?? 'unknown',
    role: principal?.role ?? 'none',
    action: record.action,
    outcome: record.outcome,
    object: {
      ...record.object,
      ...(principal === undefined ? {} : { token: principal.tokenId }),
      ...(principal?.entityCode === undefined ? {} : { entity: principal.entityCode }),
    },
    ...(principal?.purpose === undefined ? {} : { purpose: principal.purpose }),
  }
}
