import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DicomWeb } from './dicomweb.ts'
import { type ProgramResult, runProgram } from './programs.ts'
import { waitFor } from './wait.ts'

const vna = fileURLToPath(new URL('../../../vna', import.meta.url))
const readyLine = /^VNA ready$/m
const readyTimeoutMs = 90_000
/** The contract: Ctrl-C stops everything within 10 s. */
const stopTimeoutMs = 10_000
const aeTitle = 'VNA'

export interface Ports {
  readonly http: number
  readonly dimse: number
  readonly dimseTls: number
  readonly mllp: number
}
export interface ArchiveOptions {
  /** Reuse this data folder; otherwise a new one is made, and removed by `dispose`. */
  readonly home?: string
  readonly ports?: Ports
  readonly env?: Readonly<Record<string, string>>
  readonly arguments?: readonly string[]
  /** The `vna` of another installation than this checkout. */
  readonly command?: string
}
export interface TokenOptions {
  readonly entity?: string
  readonly patient?: string
  readonly purpose?: string
  readonly ttl?: string
}
export interface EntityOptions {
  readonly code: string
  readonly aeTitles: readonly string[]
  readonly extra?: readonly string[]
}
export type ServiceName = 'gateway' | 'archiver' | 'query' | 'linker' | 'postgres' | 'redis' | 'supervisor'

/**
 * One whole stack, started and spoken to as its users do: `./vna`, HTTP, DIMSE, signals.
 * States: running → (`stop` or `killSupervisor`) stopped → (`start`) running → `dispose`.
 */
export class Archive {
  readonly home: string
  readonly ports: Ports
  readonly aeTitle = aeTitle
  readonly #options: ArchiveOptions
  readonly #objectStore: Readonly<Record<string, string>>
  #process: ChildProcess | undefined
  #exited: Promise<number | null> = Promise.resolve(null)
  #output = ''
  readonly #tokens = new Map<string, Promise<string>>()

  private constructor(home: string, ports: Ports, options: ArchiveOptions) {
    this.home = home
    this.ports = ports
    this.#options = options
    this.#objectStore = ownPrefix(process.env.VNA_OBJECT_STORE)
  }

  static async start(options: ArchiveOptions = {}): Promise<Archive> {
    const home = options.home ?? join(mkdtempSync(join(tmpdir(), 'vna-acceptance-')), 'home')
    const archive = new Archive(home, options.ports ?? (await freePorts()), options)
    await archive.start()
    return archive
  }

  get #command(): string {
    return this.#options.command ?? vna
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`
  }

  /** Everything the stack printed, over all its starts. */
  get output(): string {
    return this.#output
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      VNA_HOME: this.home,
      VNA_HTTP_PORT: String(this.ports.http),
      VNA_DIMSE_PORT: String(this.ports.dimse),
      VNA_DIMSE_TLS_PORT: String(this.ports.dimseTls),
      VNA_MLLP_PORT: String(this.ports.mllp),
      VNA_AE_TITLE: aeTitle,
      ...this.#objectStore,
      ...this.#options.env,
    }
  }

  /** Starts the stack and waits for its `VNA ready` line. `env` is for this start only. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const from = this.#output.length
    const args = ['up', ...(this.#options.arguments ?? [])]
    // The channel closes with this process, however it ends, and the stack then stops: no test leaves one behind.
    const child = spawn(this.#command, args, {
      env: { ...this.environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const collect = (bytes: Buffer) => {
      this.#output += bytes.toString('utf8')
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    this.#process = child
    this.#exited = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.#output += `[vna up ended: ${code ?? signal}]\n`
        resolve(code)
      }),
    )
    await waitFor(
      () => {
        if (child.exitCode !== null || child.signalCode !== null) return 'ended'
        return readyLine.test(this.#output.slice(from)) ? 'ready' : undefined
      },
      { timeoutMs: readyTimeoutMs, what: `VNA ready; so far:\n${this.#output.slice(-4000)}` },
    )
    if (child.exitCode !== null)
      throw new Error(`the stack ended with ${child.exitCode}:\n${this.#output.slice(-4000)}`)
  }

  /** Ctrl-C. Gives the exit status; throws when it takes longer than the contract allows. */
  async stop(): Promise<number | null> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null
    child.kill('SIGINT')
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), stopTimeoutMs).unref())
    const outcome = await Promise.race([this.#exited, late])
    if (outcome !== 'late') return outcome
    const left = this.servicePids()
    await this.killSupervisor()
    throw new Error(`still running ${stopTimeoutMs} ms after Ctrl-C; services: ${JSON.stringify(left)}`)
  }

  /** `kill -9` of the supervisor: its children, and the command that started it, must end by themselves. */
  async killSupervisor(): Promise<void> {
    if (!this.kill('supervisor')) this.#process?.kill('SIGKILL')
    await this.#exited
  }

  /** `kill -9` of one service; false when it was not running. */
  kill(name: ServiceName): boolean {
    const pid = this.findPid(name)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    return pid !== undefined
  }

  /** Everything any process of the stack wrote: to the terminal and to its log. */
  readLogs(): string {
    const folder = join(this.home, 'log')
    const files = existsSync(folder) ? readdirSync(folder) : []
    return [this.#output, ...files.map((file) => readFileSync(join(folder, file), 'utf8'))].join('\n')
  }

  /** A stopped archive's data under a new folder, started: as fresh as the original is, for a fraction of the time. */
  async startCopy(): Promise<Archive> {
    const home = join(mkdtempSync(join(tmpdir(), 'vna-acceptance-')), 'home')
    const copied = await runProgram('cp', ['-a', this.home, home])
    if (copied.exitCode !== 0) throw new Error(copied.stderr)
    const copy = new Archive(home, await freePorts(), this.#options)
    for (const [wish, token] of this.#tokens) copy.#tokens.set(wish, token) // the signing key was copied too
    await copy.start()
    return copy
  }

  /** Stops the stack and, where the folder was made here, removes it. */
  async dispose(): Promise<void> {
    await this.stop()
    const isKept = process.env.VNA_TEST_KEEP_HOME === '1' // to read the logs of a failure
    if (this.#options.home === undefined && !isKept) await rm(join(this.home, '..'), { recursive: true, force: true })
  }

  /** Process ids from `run/*.pid`, of processes that live. */
  servicePids(): ReadonlyMap<ServiceName, number> {
    const names: readonly ServiceName[] = ['gateway', 'archiver', 'query', 'linker', 'postgres', 'redis', 'supervisor']
    const found = names.map((name) => [name, this.findPid(name)] as const)
    return new Map(found.filter((entry): entry is [ServiceName, number] => entry[1] !== undefined))
  }

  findPid(name: ServiceName): number | undefined {
    const path = join(this.home, 'run', `${name}.pid`)
    if (!existsSync(path)) return undefined
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10)
    return Number.isInteger(pid) && isAlive(pid) ? pid : undefined
  }

  vna(
    args: readonly string[],
    options: { timeoutMs?: number; env?: Readonly<Record<string, string>> } = {},
  ): Promise<ProgramResult> {
    return runProgram(this.#command, args, { ...options, env: { ...this.environment, ...options.env } })
  }

  /** Runs a command that must succeed and gives what it printed with `--json`. */
  async vnaJson<T = unknown>(args: readonly string[], options: { timeoutMs?: number } = {}): Promise<T> {
    const result = await this.vna([...args, '--json'], options)
    if (result.exitCode !== 0)
      throw new Error(
        `vna ${args.join(' ')}: ${result.exitCode}\n${result.stdout}${result.stderr}${this.#output.slice(-500)}`,
      )
    return JSON.parse(result.stdout.trim().split('\n').at(-1) ?? 'null') as T
  }

  /** Arguments of `vna send` that point it at this archive's DIMSE port. */
  sendTo(callingAeTitle: string): readonly string[] {
    return ['--to', `127.0.0.1:${this.ports.dimse}`, '--calling', callingAeTitle, '--called', aeTitle]
  }

  async addEntity(entity: EntityOptions): Promise<void> {
    const aeTitles = entity.aeTitles.flatMap((title) => ['--ae', title])
    const identity = ['--code', entity.code, '--kind', 'EEP', '--name', `Ente ${entity.code}`]
    await this.vnaJson(['entity', 'add', ...identity, ...aeTitles, '--host', '127.0.0.1', ...(entity.extra ?? [])])
  }

  /** A token for this role; the same one for the same wishes, since issuing costs a process. */
  token(role: string, options: TokenOptions = {}): Promise<string> {
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
    const key = [role, ...flags].join(' ')
    const token = this.#tokens.get(key) ?? this.#issueToken(['token', '--role', role, ...flags])
    this.#tokens.set(key, token)
    return token
  }

  async #issueToken(args: readonly string[]): Promise<string> {
    const result = await this.vna(args)
    if (result.exitCode !== 0) throw new Error(`vna ${args.join(' ')}: ${result.stderr}`)
    return result.stdout.trim()
  }

  async dicomWeb(role: string, options: TokenOptions = {}): Promise<DicomWeb> {
    return new DicomWeb(`${this.url}/dicomweb`, await this.token(role, options))
  }
}

/** A run against S3 shares one bucket: each archive keeps to a prefix of its own. */
function ownPrefix(objectStore: string | undefined): Readonly<Record<string, string>> {
  if (objectStore === undefined || !objectStore.startsWith('s3:')) return {}
  return { VNA_OBJECT_STORE: objectStore.replace(/\/?(\?|$)/, `/${randomUUID()}$1`) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/**
 * Four ports that were free a moment ago; below those that systems hand out to outgoing connections, which may take one
 * before the archive listens.
 */
export async function freePorts(): Promise<Ports> {
  const ports = new Set<number>()
  while (ports.size < 4) {
    const port = 20_000 + randomInt(12_000)
    if (await isFree(port)) ports.add(port)
  }
  const [http, dimse, dimseTls, mllp] = [...ports]
  return { http: http!, dimse: dimse!, dimseTls: dimseTls!, mllp: mllp! }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
