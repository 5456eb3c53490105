import { readFile, rename, writeFile } from 'node:fs/promises'
import { type ObjectStore, parsePackKey } from '@vna/archive'
import type { Catalog } from '@vna/catalog'
import { type Database, type DatabaseIdentity, isSameDatabase } from '@vna/database'
import type { HealthRecord } from '@vna/record'
import { applyLedger, registerStoredPack } from '@vna/registration'
import type { Logger } from '@vna/runtime'

export interface OrphanPacksOptions {
  readonly store: ObjectStore
  readonly database: Database
  readonly catalog: Catalog
  readonly healthRecord: HealthRecord
  readonly logger: Logger
  /** Remembers across restarts which database it was. */
  readonly identityFile: string
  readonly now?: () => number
}

const dayMs = 86_400_000
const lookIntervalMs = 3600 * 1000
/** A pack whose rows were lost is found by listing as many days back. */
const daysLookedBack = 3
const keysPerQuery = 500

/**
 * Finds packs that have no rows and registers them: hourly among the packs of the last days, and among all of them when
 * the database is another one than before or an older copy of it (a restored dump has no rows for what came later).
 */
export class OrphanPacks {
  readonly #options: OrphanPacksOptions
  readonly #now: () => number
  #identity: DatabaseIdentity | undefined
  #lookedAt = 0

  constructor(options: OrphanPacksOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** One round; safe to call often. */
  async check(signal: AbortSignal): Promise<void> {
    this.#identity ??= await readIdentity(this.#options.identityFile)
    const identity = await this.#options.database.findDatabaseIdentity()
    const isAnother = this.#identity !== undefined && !isSameDatabase(this.#identity, identity)
    if (isAnother) await this.#restoreAll(signal)
    else if (this.#now() - this.#lookedAt > lookIntervalMs) await this.#adopt(this.#recentPrefixes(), signal)
    else return this.#remember(identity)
    this.#lookedAt = this.#now()
    return this.#remember(await this.#options.database.findDatabaseIdentity())
  }

  async #restoreAll(signal: AbortSignal): Promise<void> {
    const { store, database, catalog, healthRecord, logger } = this.#options
    logger.warn('another or an older database: comparing it with the ledger and all packs')
    await database.rebuild(
      async () => {
        await applyLedger({ store, catalog, healthRecord })
        await this.#adopt(['packs/'], signal)
      },
      { signal },
    )
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
    for (const prefix of prefixes) {
      let keys: string[] = []
      for await (const { key } of this.#options.store.list(prefix)) {
        signal.throwIfAborted()
        if (parsePackKey(key) !== undefined) keys.push(key)
        if (keys.length < keysPerQuery) continue
        await this.#registerUnknown(keys, signal)
        keys = []
      }
      await this.#registerUnknown(keys, signal)
    }
  }

  async #registerUnknown(keys: readonly string[], signal: AbortSignal): Promise<void> {
    const { catalog, store, logger } = this.#options
    for (const packKey of await catalog.findUnknownPacks(keys)) {
      signal.throwIfAborted()
      await registerStoredPack({ store, catalog }, packKey)
      logger.warn({ packKey }, 'pack without rows adopted')
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
