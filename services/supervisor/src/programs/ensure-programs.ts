import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SupervisorError } from '../errors.ts'
import { type DebianCache, discardHalfUnpacked, hasApt, rootOf, unpackPackages } from './debian-cache.ts'
import { findProgram, type Program } from './find-program.ts'
import { withFolderLock } from './folder-lock.ts'
import { type ProgramName, type ProgramSpec, programTable } from './program-table.ts'

export interface EnsureProgramsOptions {
  /** Holds what is unpacked; kept between runs. */
  readonly cacheFolder: string
  readonly environment: NodeJS.ProcessEnv
  /** Called once before something is downloaded. */
  readonly onDownload?: (packages: readonly string[]) => void
}

/**
 * Finds programs that run on the machine, else downloads and unpacks them. Throws SupervisorError `program-missing`, whose
 * message is one line that says what to install.
 */
export async function ensurePrograms<const N extends ProgramName>(
  names: readonly N[],
  o: EnsureProgramsOptions,
): Promise<ReadonlyMap<N, Program>> {
  const found = new Map<N, Program>()
  for (const name of names) {
    const finding = await findProgram(programTable[name], o.environment, '')
    if ('program' in finding) found.set(name, finding.program)
  }
  const missing = names.filter((name) => !found.has(name))
  return missing.length === 0 ? found : new Map([...found, ...(await ensureUnpacked(missing, o))])
}

/** The same for programs that the machine does not have, or not in working order: whatever it has is left out. */
export async function ensureUnpacked<const N extends ProgramName>(
  names: readonly N[],
  o: EnsureProgramsOptions,
): Promise<ReadonlyMap<N, Program>> {
  mkdirSync(o.cacheFolder, { recursive: true })
  // Test files and a running stack may ask at the same time.
  return withFolderLock(join(o.cacheFolder, 'lock'), async () => {
    discardHalfUnpacked(cacheOf(o))
    const found = await findUnpacked(names, o)
    await unpackTogether(without(names, found), o)
    for (const [name, program] of await findUnpacked(without(names, found), o)) found.set(name, program)
    for (const name of without(names, found)) found.set(name, await unpackAlone(name, o))
    return found
  })
}

async function findUnpacked<N extends ProgramName>(
  names: readonly N[],
  o: EnsureProgramsOptions,
): Promise<Map<N, Program>> {
  const found = new Map<N, Program>()
  for (const name of names) {
    const finding = await findProgram(programTable[name], o.environment, rootOf(cacheOf(o)))
    if ('program' in finding) found.set(name, finding.program)
  }
  return found
}

const without = <N extends ProgramName>(names: readonly N[], found: ReadonlyMap<N, Program>): readonly N[] =>
  names.filter((name) => !found.has(name))

/** One program; see `ensurePrograms`. */
export async function ensureProgram(name: ProgramName, o: EnsureProgramsOptions): Promise<Program> {
  const programs = await ensurePrograms([name], o)
  return programs.get(name) as Program
}

const cacheOf = (o: EnsureProgramsOptions): DebianCache => ({ folder: o.cacheFolder, environment: o.environment })

/** One round of apt for all is far quicker than one for each; where it fails, each is tried alone and tells why. */
async function unpackTogether(names: readonly ProgramName[], o: EnsureProgramsOptions): Promise<void> {
  const packages = [...new Set(names.flatMap((name): readonly string[] => programTable[name].packages))]
  if (names.length < 2 || !(await hasApt(cacheOf(o)))) return
  o.onDownload?.(packages)
  await unpackPackages(cacheOf(o), packages).catch(() => undefined)
}

async function unpackAlone(name: ProgramName, o: EnsureProgramsOptions): Promise<Program> {
  const spec: ProgramSpec = programTable[name]
  const cache = cacheOf(o)
  if (!(await hasApt(cache))) throw new SupervisorError('program-missing', adviceWithoutApt(name, spec))
  const advice = `${name} is missing; install it with: apt-get install ${spec.packages.join(' ')}`
  try {
    o.onDownload?.(spec.packages)
    await unpackPackages(cache, spec.packages)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SupervisorError('program-missing', `${advice} (${reason})`, { cause: error })
  }
  const finding = await findProgram(spec, o.environment, rootOf(cache))
  if ('program' in finding) return finding.program
  throw new SupervisorError('program-missing', `${advice} (unpacked, but ${finding.problem})`)
}

function adviceWithoutApt(name: ProgramName, spec: ProgramSpec): string {
  const where = spec.kind === 'command' ? `, so that ${spec.candidates.join(' or ')} is on the PATH` : ''
  const packages = `in Debian the package ${spec.packages.join(' and ')}`
  return `${name} is missing, and this machine has no apt-get to fetch it with; install it (${packages})${where}`
}
