import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RuntimeError } from './errors.ts'

/** What a running process tells the others of its installation, in `<VNA_HOME>/run/<name>.json`. */
export type RunRecord = {
  readonly pid: number
  /** Base URL of health and metrics. */
  readonly ops?: string
  /** Base URL of the HTTP listener, where there is one. */
  readonly http?: string
  readonly startedAt: string
  /** Distinguishes the process from a later one with the same pid. */
  readonly processStart?: string
} & Readonly<Record<string, unknown>>

/** Writes `<name>.pid` and `<name>.json`, each atomically: a reader sees the old text or the new one. */
export function writeRunRecord(home: string, name: string, record: RunRecord): void {
  const folder = join(home, 'run')
  mkdirSync(folder, { recursive: true })
  writeAtomically(join(folder, `${name}.json`), `${JSON.stringify(record)}\n`)
  writeAtomically(join(folder, `${name}.pid`), `${record.pid}\n`)
}

/** Like `writeRunRecord`, for a name only one live process may bear: throws RuntimeError `already-running`. */
export function claimRunRecord(home: string, name: string, record: RunRecord): void {
  const folder = join(home, 'run')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}.json`)
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  try {
    removeStale(path)
    // A link appears whole or not at all, and never replaces another's.
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const pid = findRunRecord(home, name)?.pid
    throw new RuntimeError('already-running', `${name} runs already under ${home} (pid ${pid})`, { details: { pid } })
  } finally {
    rmSync(draft, { force: true })
  }
  writeAtomically(join(folder, `${name}.pid`), `${record.pid}\n`)
}

/** Takes the record of a dead process away; what another claimed in this very moment is put back (EEXIST then). */
function removeStale(path: string): void {
  const record = readRecord(path)
  if (record !== undefined && isAlive(record)) return
  const taken = `${path}.${process.pid}.stale`
  if (!tryRename(path, taken)) return
  const moved = readRecord(taken)
  if (moved !== undefined && isAlive(moved)) linkSync(taken, path)
  rmSync(taken, { force: true })
}

function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Removes them, unless another process has taken the name since. */
export function removeRunRecord(home: string, name: string, pid: number): void {
  if (readRecord(join(home, 'run', `${name}.json`))?.pid !== pid) return
  rmSync(join(home, 'run', `${name}.pid`), { force: true })
  rmSync(join(home, 'run', `${name}.json`), { force: true })
}

/** The record of a process that is alive; a stale or unreadable one counts as absent. */
export function findRunRecord(home: string, name: string): RunRecord | undefined {
  const record = readRecord(join(home, 'run', `${name}.json`))
  return record !== undefined && isAlive(record) ? record : undefined
}

/** Every live process of the installation, by name. */
export function listRunRecords(home: string): ReadonlyMap<string, RunRecord> {
  const records = new Map<string, RunRecord>()
  for (const file of listJson(join(home, 'run'))) {
    const name = file.slice(0, -'.json'.length)
    const record = findRunRecord(home, name)
    if (record !== undefined) records.set(name, record)
  }
  return records
}

/** Start time of a process in clock ticks since boot (proc(5), field 22); `undefined` when it does not run. */
export function findProcessStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The command may hold spaces and parentheses: fields are counted after the last one. A zombie does not run.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function isAlive(record: RunRecord): boolean {
  const start = findProcessStart(record.pid)
  return start !== undefined && (record.processStart === undefined || record.processStart === start)
}

function readRecord(path: string): RunRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const isRecord = typeof record === 'object' && record !== null && typeof (record as RunRecord).pid === 'number'
    return isRecord ? (record as RunRecord) : undefined
  } catch {
    return undefined
  }
}

function listJson(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'))
  } catch {
    return []
  }
}

function writeAtomically(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, path)
}
