import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CliError } from '../../services/cli/src/errors.ts'
import { runChild } from './child.ts'

/** Debian packages the rivals come in. */
const rivalPackages = ['dcmtk', 'orthanc', 'orthanc-dicomweb', 'orthanc-postgresql', 'postgresql'] as const
const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const postgresqlFolder = '/usr/lib/postgresql'

export function findProgram(name: string): string | undefined {
  const named = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...named, ...systemFolders, ...postgresqlFolders()].map((folder) => join(folder, name)).find(existsSync)
}

export function getProgram(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new CliError('not-found', `${name} is not installed; try --install-rivals`)
  return path
}

/** The newest first. */
function postgresqlFolders(): string[] {
  if (!existsSync(postgresqlFolder)) return []
  return readdirSync(postgresqlFolder)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(postgresqlFolder, version, 'bin'))
}

export async function installRivals(): Promise<void> {
  if (process.getuid?.() !== 0) throw new CliError('refused', `as root: apt-get install ${rivalPackages.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await runChild('apt-get', ['update', '-q'], { env })
  await runChild('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...rivalPackages], { env })
}
