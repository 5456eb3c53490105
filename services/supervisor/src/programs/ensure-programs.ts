import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SupervisorError } from '../errors.ts'
import { type DebianCache, rootOf, unpackPackages } from './debian-cache.ts'
import { withFolderLock } from './folder-lock.ts'
import { type ProgramName, type ProgramSpec, programTable } from './program-table.ts'
import { runCommand } from './run-command.ts'
import { commandFolders, unpackedEnvironment, writeWrapper } from './unpacked.ts'

/** Where a program is, and what must be added to the environment for it to run (nothing for a command). */
export type Program = {
  /** The command (or the wrapper of an unpacked one), the file, or for a Python module the interpreter. */
  readonly path: string
  readonly env: Readonly<Record<string, string>>
  /** The folder it was unpacked to; '' when it belongs to the system. Its other files are at `${root}/usr/…`. */
  readonly root: string
}

export type EnsureProgramsOptions = {
  /** Holds what is unpacked; kept between runs. */
  readonly cacheFolder: string
  readonly environment: NodeJS.ProcessEnv
  /** Called once before something is downloaded. */
  readonly onDownload?: (packages: readonly string[]) => void
}

const DEBIAN_PYTHON = '/usr/bin/python3'
const PROBE_LIMIT_MS = 20_000
/** Daemons live in folders that a normal user's PATH leaves out. */
const moreFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

/**
 * Finds programs on the machine, else downloads and unpacks them. Throws SupervisorError `program-missing`, whose message
 * is one line that says what to install.
 */
export async function ensurePrograms<const N extends ProgramName>(
  names: readonly N[],
  o: EnsureProgramsOptions,
): Promise<ReadonlyMap<N, Program>> {
  const found = new Map<N, Program>()
  const missing: N[] = []
  for (const name of names) {
    const program = await findProgram(programTable[name], o, '')
    if (program === undefined) missing.push(name)
    else found.set(name, program)
  }
  if (missing.length > 0) {
    mkdirSync(o.cacheFolder, { recursive: true })
    // Test files and a running stack may ask at the same time.
    await withFolderLock(join(o.cacheFolder, 'lock'), async () => {
      await unpackTogether(missing, o)
      for (const name of missing) found.set(name, await provide(name, o))
    })
  }
  return found
}

/** One program; see `ensurePrograms`. */
export async function ensureProgram(name: ProgramName, o: EnsureProgramsOptions): Promise<Program> {
  const programs = await ensurePrograms([name], o)
  return programs.get(name) as Program
}

/** One round of apt for all is far quicker than one for each; where it fails, each is tried alone and tells why. */
async function unpackTogether(names: readonly ProgramName[], o: EnsureProgramsOptions): Promise<void> {
  const cache: DebianCache = { folder: o.cacheFolder, environment: o.environment }
  const absent: ProgramSpec[] = []
  for (const name of names) {
    const spec: ProgramSpec = programTable[name]
    if ((await findProgram(spec, o, rootOf(cache))) === undefined) absent.push(spec)
  }
  const packages = [...new Set(absent.flatMap((spec) => spec.packages))]
  if (packages.length < 2) return
  o.onDownload?.(packages)
  await unpackPackages(cache, packages).catch(() => undefined)
}

async function provide(name: ProgramName, o: EnsureProgramsOptions): Promise<Program> {
  const spec: ProgramSpec = programTable[name]
  const cache: DebianCache = { folder: o.cacheFolder, environment: o.environment }
  const unpacked = await findProgram(spec, o, rootOf(cache))
  if (unpacked !== undefined) return unpacked
  const advice = `${name} is missing; install it with: apt-get install ${spec.packages.join(' ')}`
  try {
    o.onDownload?.(spec.packages)
    await unpackPackages(cache, spec.packages)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SupervisorError('program-missing', `${advice} (${reason})`, { cause: error })
  }
  const program = await findProgram(spec, o, rootOf(cache))
  if (program === undefined) throw new SupervisorError('program-missing', `${advice} (unpacked, but not found)`)
  return program
}

async function findProgram(spec: ProgramSpec, o: EnsureProgramsOptions, root: string): Promise<Program | undefined> {
  const env = root === '' ? {} : unpackedEnvironment(root)
  switch (spec.kind) {
    case 'command': {
      const path = findCommand(spec.candidates, foldersOf(o.environment, root))
      if (path === undefined) return undefined
      return { path: root === '' ? path : writeWrapper(path, root), env: {}, root }
    }
    case 'file': {
      const path = spec.candidates.map((candidate) => join(root === '' ? '/' : root, candidate)).find(existsSync)
      return path === undefined ? undefined : { path, env, root }
    }
    case 'python-module': {
      const program = { path: DEBIAN_PYTHON, env, root }
      return (await hasModule(spec.candidates[0] ?? '', program, o)) ? program : undefined
    }
  }
}

function foldersOf(environment: NodeJS.ProcessEnv, root: string): string[] {
  if (root !== '') return commandFolders(root)
  return [...(environment.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...moreFolders]
}

function findCommand(names: readonly string[], folders: readonly string[]): string | undefined {
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function hasModule(name: string, program: Program, o: EnsureProgramsOptions): Promise<boolean> {
  const env = { ...o.environment, ...program.env }
  const outcome = await runCommand(program.path, ['-c', `import ${name}`], { env, limitMs: PROBE_LIMIT_MS })
  return outcome.exitCode === 0
}
