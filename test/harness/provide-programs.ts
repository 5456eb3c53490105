import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type EnsureProgramsOptions,
  ensurePrograms,
  type Program,
  type ProgramName,
  programTable,
} from '../../services/supervisor/src/programs/index.ts'

const repositoryFolder = fileURLToPath(new URL('../..', import.meta.url))
export const cacheFolder = join(repositoryFolder, '.cache', 'debian')

/**
 * Vitest's global set-up: everything the tests run against is found or unpacked, and put on the PATH that the test files
 * inherit. What this machine cannot offer is named in one line; the tests that need it then fail by themselves.
 */
export default async function provideProgramsToTests(): Promise<void> {
  const names = Object.keys(programTable) as ProgramName[]
  // All in one go where that works; what cannot be had must not keep the others away.
  const all = await ensurePrograms(names, options).catch(() => undefined)
  for (const name of names) {
    const program = all?.get(name) ?? (await provide(name))
    if (program !== undefined) tellTests(name, program)
  }
}

const options: EnsureProgramsOptions = {
  cacheFolder,
  environment: process.env,
  onDownload: (packages) => process.stderr.write(`tests: downloading ${packages.join(', ')} (once)\n`),
}

async function provide(name: ProgramName): Promise<Program | undefined> {
  try {
    return (await ensurePrograms([name], options)).get(name)
  } catch (error) {
    process.stderr.write(`tests: ${(error as Error).message}\n`)
    return undefined
  }
}

function tellTests(name: ProgramName, program: Program): void {
  const { kind } = programTable[name]
  if (kind === 'command') addFolder('PATH', dirname(program.path))
  // Another Python on the PATH does not have the module.
  if (kind === 'python-module') process.env.VNA_TEST_PYTHON = program.path
}

function addFolder(variable: string, folder: string): void {
  const folders = (process.env[variable] ?? '').split(delimiter).filter((item) => item !== '')
  // The tests' own Node and the system's order come first: a folder is only added where it was missing.
  if (!folders.includes(folder)) process.env[variable] = [...folders, folder].join(delimiter)
}
