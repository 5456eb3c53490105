import { appendFile, mkdir, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@vna/runtime'

/** One association or request (DESIGN 6), as the catalog keeps it. */
export interface SpooledTransmission {
  /** The key of its row in the catalog. */
  readonly id: string
  readonly direction: 'in' | 'out'
  readonly protocol: 'dimse' | 'stow'
  /** Calling AE title, or the subject of the token. */
  readonly client: string
  readonly peer: string | undefined
  readonly entityCode: string | undefined
  readonly studyInstanceUids: readonly string[]
  readonly startedAt: string
  readonly endedAt: string
  readonly instances: number
  readonly failures: number
  readonly bytes: number
  readonly outcome: string
  readonly reason: string | undefined
}

export type ShipTransmissions = (rows: readonly SpooledTransmission[]) => Promise<void>

const activeName = 'transmissions.ndjson'
const shippingPrefix = 'shipping-'
const maxRowsPerShipment = 1000

/**
 * Keeps transmission rows in a file of the journal folder until the catalog has them, so that receiving does not wait
 * for PostgreSQL and a crash of either loses none. Shipping is at-least-once; the row's id makes it idempotent.
 */
export class TransmissionSpool {
  readonly #folder: string
  readonly #ship: ShipTransmissions
  readonly #logger: Logger
  #writes: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #shipping: Promise<void> = Promise.resolve()

  constructor(options: { folder: string; ship: ShipTransmissions; logger: Logger }) {
    this.#folder = options.folder
    this.#ship = options.ship
    this.#logger = options.logger
  }

  async start(intervalMs: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    this.#timer = setInterval(() => {
      this.#shipping = this.#shipping.then(() => this.#shipSafely())
    }, intervalMs)
  }

  record(row: SpooledTransmission): void {
    this.#writes = this.#writes
      // The line break before it ends a line that a crash tore.
      .then(() => appendFile(join(this.#folder, activeName), `\n${JSON.stringify(row)}\n`))
      .catch((error: unknown) =>
        this.#logger.error({ err: error, transmission: row.id }, 'transmission row not spooled'),
      )
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#shipping
    await this.#shipSafely()
  }

  async #shipSafely(): Promise<void> {
    try {
      await this.#rotate()
      for (const name of await this.#shipments()) await this.#shipFile(name)
    } catch (error) {
      this.#logger.warn({ err: error }, 'transmissions wait for the catalog')
    }
  }

  async #rotate(): Promise<void> {
    await this.#writes
    const names = await this.#shipments()
    if (names.length > 0) return
    await rename(join(this.#folder, activeName), join(this.#folder, `${shippingPrefix}${Date.now()}.ndjson`)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      },
    )
  }

  async #shipments(): Promise<string[]> {
    const names = await readdir(this.#folder)
    return names.filter((name) => name.startsWith(shippingPrefix)).sort()
  }

  async #shipFile(name: string): Promise<void> {
    const rows = parseRows(await readFile(join(this.#folder, name), 'utf8'))
    for (let at = 0; at < rows.length; at += maxRowsPerShipment)
      await this.#ship(rows.slice(at, at + maxRowsPerShipment))
    await unlink(join(this.#folder, name))
  }
}

/** A line torn by a crash is left out. */
function parseRows(text: string): SpooledTransmission[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as SpooledTransmission]
    } catch {
      return []
    }
  })
}
