import { readFile, rename, writeFile } from 'node:fs/promises'
import { ArchiveError, type ObjectStore } from '@vna/archive'
import type { Catalog } from '@vna/catalog'
import { type Database, type DatabaseIdentity, isSameDatabase } from '@vna/database'
import { backoffMs } from '@vna/flow'
import { LedgerEventError } from '@vna/ledger-events'
import type { HealthRecord } from '@vna/record'
import { type RegisterPacksDependencies, rebuildCatalog, registerPacks } from '@vna/registration'
import type { Logger } from '@vna/runtime'
import type { DamagedPacks } from './damaged-packs.ts'

export interface OrphanPacksOptions {
  readonly store: ObjectStore
  readonly database: Database
  readonly catalog: Catalog
  readonly healthRecord: HealthRecord
  readonly logger: Logger
  /** Remembers across restarts which database it was. */
  readonly identityFile: string
  readonly damaged: DamagedPacks
  readonly now?: () => number
}

const dayMs = 86_400_000
const checkIntervalMs = 3600 * 1000
/** A pack whose rows were lost is found by listing as many days back. */
const daysLookedBack = 3
const maxRetriedPerRun = 100

const rebuildPause = { firstMs: 60_000, maxMs: 3600 * 1000 } as const

/**
 * Finds packs that have no rows and registers them: hourly among the packs of the last days, and among all of them when
 * the database is another one than before or an older copy of it (a restored dump has no rows for what came later). A damaged
 * pack is tried again after a pause that grows, and keeps no other waiting. A ledger that cannot be read keeps all of them
 * waiting: what it hides is not known.
 */
export class OrphanPacks {
  readonly #options: OrphanPacksOptions
  readonly #now: () => number
  #identity: DatabaseIdentity | undefined
  #checkedAt = 0
  #refusal:
    | { readonly error: LedgerEventError | ArchiveError; readonly attempts: number; readonly nextAtMs: number }
    | undefined

  constructor(options: OrphanPacksOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** Why the catalog is not brought up to date, where the ledger cannot be read; undefined when it is or may be. */
  get refusal(): LedgerEventError | ArchiveError | undefined {
    return this.#refusal?.error
  }

  /** One run; safe to call often. */
  async check(signal: AbortSignal): Promise<void> {
    this.#identity ??= await readIdentity(this.#options.identityFile)
    const identity = await this.#options.database.findDatabaseIdentity()
    const isAnother = this.#identity !== undefined && !isSameDatabase(this.#identity, identity)
    try {
      if (isAnother) await this.#rebuild(signal)
      else if (this.#now() - this.#checkedAt > checkIntervalMs) await this.#adopt(this.#recentPrefixes(), signal)
      else {
        await this.#retryDamaged(signal)
        return await this.#remember(identity)
      }
    } finally {
      await this.#options.damaged.save()
    }
    this.#checkedAt = this.#now()
    return this.#remember(await this.#options.database.findDatabaseIdentity())
  }

  async #rebuild(signal: AbortSignal): Promise<void> {
    if (this.#refusal !== undefined && this.#refusal.nextAtMs > this.#now()) throw this.#refusal.error
    const { database, catalog, healthRecord, logger } = this.#options
    logger.warn('another or an older database: comparing it with the ledger and all packs')
    try {
      await rebuildCatalog({ ...this.#dependencies(signal), database, catalog, healthRecord })
      this.#refusal = undefined
    } catch (error) {
      this.#noteRefusal(error)
      throw error
    }
  }

  #noteRefusal(error: unknown): void {
    const isBroken = error instanceof ArchiveError && error.code === 'broken-ledger'
    if (!isBroken && !(error instanceof LedgerEventError)) return
    const attempts = (this.#refusal?.attempts ?? 0) + 1
    const pauseMs = backoffMs(attempts - 1, rebuildPause, { jitter: 'none' })
    this.#refusal = { error, attempts, nextAtMs: this.#now() + pauseMs }
    const { code, details } = error
    this.#options.logger.error({ code, ...details }, 'the ledger cannot be read: no pack is registered before it is')
  }

  async #remember(identity: DatabaseIdentity): Promise<void> {
    this.#identity = identity
    const temporary = `${this.#options.identityFile}.new`
    await writeFile(temporary, JSON.stringify(identity))
    await rename(temporary, this.#options.identityFile)
  }

  #recentPrefixes(): string[] {
    const days = Array.from({ length: daysLookedBack + 1 }, (_, back) => this.#now() - (back - 1) * dayMs)
    return days.map((ms) => `packs/${new Date(ms).toISOString().slice(0, 10).replaceAll('-', '/')}/`)
  }

  async #adopt(prefixes: readonly string[], signal: AbortSignal): Promise<void> {
    const { damaged } = this.#options
    const isLeft = (packKey: string): boolean => damaged.isWaiting(packKey)
    await registerPacks({ ...this.#dependencies(signal), prefixes, isLeft })
  }

  /** What is registered by now, or gone from the store, is no longer remembered. */
  async #retryDamaged(signal: AbortSignal): Promise<void> {
    const { damaged } = this.#options
    const due = damaged.due().slice(0, maxRetriedPerRun)
    if (due.length === 0) return
    await registerPacks({ ...this.#dependencies(signal), prefixes: due })
    for (const packKey of due) if (!damaged.isWaiting(packKey)) damaged.forget(packKey)
  }

  #dependencies(signal: AbortSignal): Omit<RegisterPacksDependencies, 'prefixes'> {
    const { catalog, store, logger, damaged } = this.#options
    return {
      ...{ catalog, store, signal },
      onRegistered: (packKey) => {
        damaged.forget(packKey)
        logger.warn({ packKey }, 'pack without rows adopted')
      },
      onFailed: ({ packKey, problem }, error) => {
        const attempts = damaged.remember(packKey, problem)
        logger.error({ packKey, problem, attempts, err: error }, 'pack cannot be registered, will be tried again')
      },
    }
  }
}

async function readIdentity(file: string): Promise<DatabaseIdentity | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DatabaseIdentity
  } catch {
    return undefined // the first start, or a torn file: then the packs of the last days are compared
  }
}
