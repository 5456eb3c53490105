import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../../services/cli/src/errors.ts'
import { runChild } from './child.ts'

/** Debian packages the rivals come in. */
const RIVAL_PACKAGES = ['dcmtk', 'orthanc', 'orthanc-dicomweb', 'orthanc-postgresql', 'postgresql'] as const
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const POSTGRESQL_FOLDER = '/usr/lib/postgresql'

export function findProgram(name: string): string | undefined {
  return [...SYSTEM_FOLDERS, ...postgresqlFolders()].map((folder) => join(folder, name)).find(existsSync)
}

export function getProgram(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new CliError('not-found', `${name} is not installed; try --install-rivals`)
  return path
}

/** The newest first. */
function postgresqlFolders(): string[] {
  if (!existsSync(POSTGRESQL_FOLDER)) return []
  return readdirSync(POSTGRESQL_FOLDER)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(POSTGRESQL_FOLDER, version, 'bin'))
}

export async function installRivals(): Promise<void> {
  if (process.getuid?.() !== 0) throw new CliError('refused', `as root: apt-get install ${RIVAL_PACKAGES.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await runChild('apt-get', ['update', '-q'], { env })
  await runChild('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...RIVAL_PACKAGES], { env })
}
