import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Catalog, TokenRevocation } from '@vna/catalog'
import { AccessError } from './access-error.ts'
import type { Principal } from './principal.ts'

export interface StandingOptions {
  readonly catalog: Pick<Catalog, 'listEntities' | 'listTokenRevocations'>
  /**
   * Of a receiver: the last list is kept here and stays in use however old it is, because receiving goes on without PostgreSQL.
   * Absent: of readers, who answer nobody by a list older than `maxAgeMs`.
   */
  readonly snapshotFile?: string | undefined
  onTrouble(error: unknown): void
  readonly limits?: Partial<StandingLimits> | undefined
  readonly clock?: (() => number) | undefined
}

export interface StandingLimits {
  readonly refreshMs: number
  readonly maxAgeMs: number
  /** A token of an entity that nobody knows, or of a suspended one, must not make us ask the catalog each time. */
  readonly minLookIntervalMs: number
}

export const standingLimits: StandingLimits = { refreshMs: 1_000, maxAgeMs: 30_000, minLookIntervalMs: 100 }

interface Standings {
  readonly activeEntities: readonly string[]
  readonly revocations: readonly TokenRevocation[]
}

/**
 * What became of tokens after they were issued: whether one was revoked, and whether its entity is registered and active. In
 * memory, read again every second. open → find()… → close().
 */
export class TokenStandings {
  readonly #options: StandingOptions
  readonly #limits: StandingLimits
  readonly #clock: () => number
  #activeEntities: ReadonlySet<string> = new Set()
  #revocations: readonly TokenRevocation[] = []
  #text = ''
  #readAt: number | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #refreshing: Promise<void> | undefined
  #isClosed = false

  private constructor(options: StandingOptions) {
    this.#options = options
    this.#limits = { ...standingLimits, ...options.limits }
    this.#clock = options.clock ?? (() => performance.now())
  }

  /** Never fails because PostgreSQL is away: then nobody is known until it is back, or by the local copy. */
  static async open(options: StandingOptions): Promise<TokenStandings> {
    const standings = new TokenStandings(options)
    const kept = options.snapshotFile === undefined ? undefined : await readSnapshot(options.snapshotFile)
    if (kept !== undefined) standings.#take(kept)
    await standings.#refresh()
    standings.#schedule()
    return standings
  }

  /** Throws AccessError: `revoked-token`, or `standing-unknown` where the lists cannot be read. */
  async find(principal: Principal): Promise<{ readonly isEntityActive: boolean }> {
    const { entityCode } = principal
    // An entity may have been registered a moment ago.
    if (entityCode !== undefined && !this.#activeEntities.has(entityCode)) await this.#lookAgain()
    this.#assertKnown()
    if (this.#revocations.some((revocation) => isRevokedBy(principal, revocation))) {
      throw new AccessError('revoked-token', 'the token was revoked')
    }
    return { isEntityActive: entityCode === undefined || this.#activeEntities.has(entityCode) }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#refreshing
  }

  #assertKnown(): void {
    const age = this.#readAt === undefined ? Number.POSITIVE_INFINITY : this.#clock() - this.#readAt
    const maxAgeMs = this.#options.snapshotFile === undefined ? this.#limits.maxAgeMs : Number.MAX_VALUE
    if (age > maxAgeMs) throw new AccessError('standing-unknown', 'it cannot be known whether tokens still count')
  }

  async #lookAgain(): Promise<void> {
    if (this.#clock() - this.#lookedAt < this.#limits.minLookIntervalMs) return
    this.#lookedAt = this.#clock()
    await this.#refresh()
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #refreshOnce(): Promise<void> {
    const { catalog, snapshotFile } = this.#options
    try {
      const askedAt = this.#clock()
      const [entities, revocations] = await Promise.all([catalog.listEntities(), catalog.listTokenRevocations()])
      const activeEntities = entities.filter(({ status }) => status === 'active').map(({ code }) => code)
      const isNew = this.#take({ activeEntities, revocations })
      this.#readAt = askedAt
      if (isNew && snapshotFile !== undefined) await writeSnapshot(snapshotFile, this.#text)
    } catch (error) {
      this.#options.onTrouble(error)
    }
  }

  #take({ activeEntities, revocations }: Standings): boolean {
    this.#readAt ??= this.#clock()
    const text = JSON.stringify({ format: snapshotFormat, activeEntities, revocations })
    if (text === this.#text) return false
    this.#text = text
    this.#activeEntities = new Set(activeEntities)
    this.#revocations = revocations
    return true
  }

  #schedule(): void {
    if (this.#isClosed) return
    this.#timer = setTimeout(() => {
      void this.#refresh().then(() => this.#schedule())
    }, this.#limits.refreshMs)
    this.#timer.unref()
  }
}

function isRevokedBy(principal: Principal, revocation: TokenRevocation): boolean {
  const { tokenId, entityCode, role, issuedBefore } = revocation
  return (
    (tokenId ?? principal.tokenId) === principal.tokenId &&
    (entityCode ?? principal.entityCode) === principal.entityCode &&
    (role ?? principal.role) === principal.role &&
    principal.issuedAt <= new Date(issuedBefore)
  )
}

const snapshotFormat = 1

async function readSnapshot(file: string): Promise<Standings | undefined> {
  try {
    const snapshot: unknown = JSON.parse(await readFile(file, 'utf8'))
    return isSnapshot(snapshot) ? snapshot : undefined
  } catch {
    return undefined
  }
}

function isSnapshot(value: unknown): value is Standings {
  if (value === null || typeof value !== 'object') return false
  if (!('format' in value && 'activeEntities' in value && 'revocations' in value)) return false
  return value.format === snapshotFormat && Array.isArray(value.activeEntities) && Array.isArray(value.revocations)
}

/** Written aside, synced and renamed: a reader sees the old lists or the new ones. */
async function writeSnapshot(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const aside = `${file}.${randomBytes(4).toString('hex')}.tmp`
  const handle = await open(aside, 'w', 0o640)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(aside, file)
}
