import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Archive } from '../../acceptance/support/archive.ts'
import type { DicomWeb } from '../../acceptance/support/dicomweb.ts'
import { type Fixture, makeFixture, writeFixtures } from '../../acceptance/support/fixtures.ts'
import type { Element } from '../../acceptance/support/generated.ts'
import { waitFor } from '../../acceptance/support/wait.ts'

const vna = fileURLToPath(new URL('../../../vna', import.meta.url))

export interface TransferOptions {
  /** Tells the studies of one transfer from those of another. */
  readonly name: string
  readonly instances: number
  readonly instancesPerStudy: number
  readonly pixelBytes?: number
  /** Number of the first instance: several transfers can share one study. */
  readonly firstNumber?: number
  /** Further elements of each instance. */
  readonly header?: (study: number, instance: number) => readonly Element[]
}

export interface StartOptions {
  readonly associations: number
  readonly callingAeTitle: string
  /** Leave out what this client finds in the archive. */
  readonly skipExistingBy?: DicomWeb
}

/** Instances on disk, ready to be sent, and what is known of their transfer. */
export class Transfer {
  readonly fixtures: readonly Fixture[]
  readonly #folder: string
  readonly #ackLog: string
  #process: ChildProcess | undefined
  #ended: Promise<number> = Promise.resolve(0)
  #output = ''

  constructor(options: TransferOptions) {
    const { name, instances, instancesPerStudy, pixelBytes = 1024, firstNumber = 1, header } = options
    this.fixtures = Array.from({ length: instances }, (_, index) => {
      const [study, instance] = [Math.floor(index / instancesPerStudy), index % instancesPerStudy]
      const extra = header?.(study, instance) ?? []
      const who = { patientId: `PZ-${name}-${study}`.slice(0, 64), patientName: `Prova^Archivio ${study}` }
      return makeFixture({ ...who, study: `${name}-${study}`, number: instance + firstNumber, pixelBytes, extra })
    })
    this.#folder = mkdtempSync(join(tmpdir(), 'vna-transfer-'))
    this.#ackLog = join(this.#folder, 'acknowledged.log')
    writeFixtures(join(this.#folder, 'files'), this.fixtures)
  }

  /** Starts `./vna send` over some associations; it tries again by itself when its peer is killed. */
  start(archive: Archive, options: StartOptions): void {
    const { associations, callingAeTitle, skipExistingBy } = options
    const args = ['send', ...archive.sendTo(callingAeTitle), '--associations', String(associations)]
    const skip =
      skipExistingBy === undefined
        ? []
        : ['--skip-existing', '--qido', skipExistingBy.baseUrl, '--token', skipExistingBy.token]
    const child = spawn(vna, [...args, ...skip, '--ack-log', this.#ackLog, join(this.#folder, 'files')], {
      env: archive.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const collect = (bytes: Buffer) => {
      this.#output += bytes.toString('utf8')
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    this.#process = child
    this.#ended = new Promise((resolve) => child.once('exit', (code) => resolve(code ?? -1)))
  }

  /** SOP Instance UIDs the archive has acknowledged so far. */
  acknowledged(): ReadonlySet<string> {
    if (!existsSync(this.#ackLog)) return new Set()
    const lines = readFileSync(this.#ackLog, 'utf8').split('\n').slice(0, -1) // the last may be half written
    return new Set(lines.map((line) => line.split(' ')[0] ?? ''))
  }

  /** Waits until so many instances are acknowledged, or the sender has ended. */
  async untilAcknowledged(count: number): Promise<void> {
    const hasEnough = () => this.acknowledged().size >= count || this.#process?.exitCode != null
    await waitFor(() => (hasEnough() ? true : undefined), {
      everyMs: 5,
      timeoutMs: 60_000,
      what: `${count} acknowledgements; the sender says:\n${this.#output.slice(-2000)}`,
    })
  }

  /** Exit status of the sender. */
  ended(): Promise<number> {
    return this.#ended
  }

  /** Ends the sender, which would otherwise go on trying to reach its peer. */
  async abandon(): Promise<void> {
    this.#process?.kill('SIGKILL')
    await this.#ended
  }

  get output(): string {
    return this.#output
  }

  dispose(): Promise<void> {
    this.#process?.kill('SIGKILL')
    return rm(this.#folder, { recursive: true, force: true })
  }
}
