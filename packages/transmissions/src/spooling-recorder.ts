import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { InsertTransmissions, KeyedTransmission, Transmission, TransmissionRecorder } from './transmission.ts'

const activeName = 'transmissions.ndjson'
const shippingPrefix = 'shipping-'
const maxRowsPerShipment = 1000

export interface SpoolingRecorderOptions {
  readonly folder: string
  /** At-least-once: rows of one key are one row. */
  readonly insert: InsertTransmissions
  /** The database is away: rows wait in the folder. */
  onTrouble(error: unknown): void
  /** A row could not be written to the folder, and is lost. */
  onLost(error: unknown): void
}

/**
 * For what must not be lost: rows are kept in a file of the folder until the database has them, so that receiving does not
 * wait for PostgreSQL and a crash of either loses none. start → record()… → close.
 */
export class SpoolingRecorder implements TransmissionRecorder {
  readonly #options: SpoolingRecorderOptions
  #writes: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #shipping: Promise<void> = Promise.resolve()

  constructor(options: SpoolingRecorderOptions) {
    this.#options = options
  }

  async start(intervalMs: number): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true })
    this.#timer = setInterval(() => {
      this.#shipping = this.#shipping.then(() => this.#shipSafely())
    }, intervalMs)
  }

  record(transmission: Transmission): void {
    const line = JSON.stringify({ ...transmission, key: randomUUID() })
    this.#writes = this.#writes
      // The line break before it ends a line that a crash tore.
      .then(() => appendFile(join(this.#options.folder, activeName), `\n${line}\n`))
      .catch((error: unknown) => this.#options.onLost(error))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#shipping
    await this.#shipSafely()
  }

  async #shipSafely(): Promise<void> {
    try {
      await this.#rotate()
      for (const name of await this.#shipments()) await this.#shipFile(name)
    } catch (error) {
      this.#options.onTrouble(error)
    }
  }

  async #rotate(): Promise<void> {
    await this.#writes
    const names = await this.#shipments()
    if (names.length > 0) return
    await rename(
      join(this.#options.folder, activeName),
      join(this.#options.folder, `${shippingPrefix}${Date.now()}.ndjson`),
    ).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }

  async #shipments(): Promise<string[]> {
    const names = await readdir(this.#options.folder)
    return names.filter((name) => name.startsWith(shippingPrefix)).sort()
  }

  async #shipFile(name: string): Promise<void> {
    const rows = parseRows(await readFile(join(this.#options.folder, name), 'utf8'))
    for (let at = 0; at < rows.length; at += maxRowsPerShipment)
      await this.#options.insert(rows.slice(at, at + maxRowsPerShipment))
    await unlink(join(this.#options.folder, name))
  }
}

/** A line torn by a crash is left out. */
function parseRows(text: string): KeyedTransmission[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : reviveRow(JSON.parse(line) as SpooledRow)
    } catch {
      return []
    }
  })
}

/** A row as it lies in the file; older versions called the key `id`. */
type SpooledRow = Omit<KeyedTransmission, 'startedAt' | 'endedAt' | 'key'> & {
  readonly startedAt: string
  readonly endedAt: string
  readonly key?: string
  readonly id?: string
}

/** Without a key it would be told again and again as another row. */
function reviveRow({ id, key = id, startedAt, endedAt, ...row }: SpooledRow): readonly KeyedTransmission[] {
  if (key === undefined) return []
  return [{ ...row, key, startedAt: new Date(startedAt), endedAt: new Date(endedAt) }]
}
