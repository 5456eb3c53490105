import type { Catalog } from '@vna/catalog'
import type { Entity } from './entity.ts'
import { type Caller, type CallerResolution, resolveCaller } from './resolve-caller.ts'
import { readSnapshot, writeSnapshot } from './snapshot-file.ts'

export interface EntityDirectoryOptions {
  readonly catalog: Pick<Catalog, 'listEntities'>
  /** Local copy, so that a receiver can start and go on without PostgreSQL. */
  readonly snapshotFile: string
  readonly ownAeTitles: readonly string[]
  readonly admitsUnproven: boolean
  readonly refreshMs?: number
  readonly addressesOf?: (host: string) => readonly string[]
  /** Called with each failed refresh; the last snapshot stays in use. */
  readonly onRefreshFailed?: (error: unknown) => void
}

export const directoryLimits = { refreshMs: 1000 } as const

/**
 * The entities in memory. open → (refreshing every second) → close; what it answers is the newest list that could be read,
 * from the catalog or, before the catalog could be reached once, from the local copy.
 */
export class EntityDirectory {
  readonly #options: EntityDirectoryOptions
  #entities: readonly Entity[] = []
  #text = ''
  #timer: NodeJS.Timeout | undefined
  #refreshing: Promise<void> | undefined
  #closed = false
  #source: 'none' | 'snapshot' | 'catalog' = 'none'

  private constructor(options: EntityDirectoryOptions) {
    this.#options = options
  }

  /** Reads the local copy, then the catalog when it answers; never fails because PostgreSQL is away. */
  static async open(options: EntityDirectoryOptions): Promise<EntityDirectory> {
    const directory = new EntityDirectory(options)
    const snapshot = await readSnapshot(options.snapshotFile)
    if (snapshot !== undefined) directory.#take(snapshot, 'snapshot')
    await directory.refresh()
    directory.#schedule()
    return directory
  }

  get entities(): readonly Entity[] {
    return this.#entities
  }

  /** `none`: neither catalog nor copy could be read, so every caller is unknown and the receiver is not ready. */
  get source(): 'none' | 'snapshot' | 'catalog' {
    return this.#source
  }

  findByCode(code: string): Entity | undefined {
    return this.#entities.find((entity) => entity.code === code)
  }

  resolveCaller(caller: Caller): CallerResolution {
    const { ownAeTitles, admitsUnproven, addressesOf } = this.#options
    return resolveCaller(this.#entities, caller, {
      ownAeTitles,
      admitsUnproven,
      ...(addressesOf === undefined ? {} : { addressesOf }),
    })
  }

  /** Reads the catalog now; a failure is reported and changes nothing. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = undefined
    })
    await this.#refreshing
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#refreshing
  }

  async #refreshOnce(): Promise<void> {
    try {
      const entities = await this.#options.catalog.listEntities()
      const isNew = this.#take(entities, 'catalog')
      if (isNew) await writeSnapshot(this.#options.snapshotFile, entities)
    } catch (error) {
      this.#options.onRefreshFailed?.(error)
    }
  }

  #take(entities: readonly Entity[], source: 'snapshot' | 'catalog'): boolean {
    this.#source = source
    const text = JSON.stringify(entities)
    if (text === this.#text) return false
    this.#text = text
    this.#entities = entities
    return true
  }

  #schedule(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      void this.refresh().then(() => this.#schedule())
    }, this.#options.refreshMs ?? directoryLimits.refreshMs)
    this.#timer.unref()
  }
}
