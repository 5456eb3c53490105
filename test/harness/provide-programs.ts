import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePrograms, type ProgramName, programTable } from '../../services/supervisor/src/programs/index.ts'

const repositoryFolder = fileURLToPath(new URL('../..', import.meta.url))
export const cacheFolder = join(repositoryFolder, '.cache', 'debian')

/**
 * Vitest's global set-up: everything the tests run against is found or unpacked, and put on the PATH that the test files
 * inherit. What this machine cannot offer is named in one line; the tests that need it then fail by themselves.
 */
export default async function provideProgramsToTests(): Promise<void> {
  for (const name of Object.keys(programTable) as ProgramName[]) {
    await provide(name).catch((error: Error) => process.stderr.write(`tests: ${error.message}\n`))
  }
}

async function provide(name: ProgramName): Promise<void> {
  const programs = await ensurePrograms([name], {
    cacheFolder,
    environment: process.env,
    onDownload: (packages) => process.stderr.write(`tests: downloading ${packages.join(', ')} (once)\n`),
  })
  const program = programs.get(name)
  if (program === undefined) return
  if (programTable[name].kind === 'command') prepend('PATH', dirname(program.path))
  if (program.env.PYTHONPATH !== undefined) prepend('PYTHONPATH', program.env.PYTHONPATH)
}

function prepend(variable: string, folder: string): void {
  const folders = (process.env[variable] ?? '').split(delimiter).filter((item) => item !== '')
  // The tests' own Node and the system's order come first: a folder is only added where it was missing.
  if (!folders.includes(folder)) process.env[variable] = [...folders, folder].join(delimiter)
}
