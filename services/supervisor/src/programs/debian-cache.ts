import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SupervisorError } from '../errors.ts'
import { baseSystemOf } from './base-system.ts'
import { type CommandOutcome, runCommand } from './run-command.ts'

/**
 * Debian packages without installing them: apt works out what they need and downloads it, dpkg-deb unpacks it below
 * `<folder>/root`. The same for root and for any user, and nothing of the system is changed: no daemon starts, no package
 * is removed, and an uninstall is `rm -r`.
 */
export interface DebianCache {
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
}

const aptLimitMs = 300_000
const unpackLimitMs = 120_000
/** What a command that cannot be started counts as. */
const notFound = 127
/** Unpacking another C library beside the system's loader breaks every program. */
const neverUnpacked = new Set(['libc6', 'libc-bin', 'libc-l10n', 'locales'])

export const rootOf = (cache: DebianCache): string => join(cache.folder, 'root')
/** Exists while packages are unpacked. */
const markOf = (cache: DebianCache): string => join(cache.folder, 'unpacking')
const archivesOf = (cache: DebianCache): string => join(cache.folder, 'archives')

/** Whether packages can be fetched here: the machine has apt. */
export async function hasApt(cache: DebianCache): Promise<boolean> {
  return (await apt(cache, ['--version'])).exitCode !== notFound
}

/** Removes what an unpacking left that never ended: any file of it may be half a file. */
export function discardHalfUnpacked(cache: DebianCache): void {
  if (!existsSync(markOf(cache))) return
  rmSync(rootOf(cache), { recursive: true, force: true })
  rmSync(markOf(cache))
}

/** Unpacks the packages and all they need beyond what every Debian has, over what is there. */
export async function unpackPackages(cache: DebianCache, packages: readonly string[]): Promise<void> {
  discardHalfUnpacked(cache)
  rmSync(archivesOf(cache), { recursive: true, force: true })
  for (const name of ['root', 'archives', 'lists/partial', 'apt/archives/partial']) {
    mkdirSync(join(cache.folder, name), { recursive: true })
  }
  // Whatever our umask is: another user of the same clone may run what is unpacked here.
  for (const name of ['', 'root', 'archives']) chmodSync(join(cache.folder, name), 0o755)
  await writeBaseSystem(cache)
  await downloadPackages(cache, packages)
  writeFileSync(markOf(cache), '')
  for (const archive of readdirSync(archivesOf(cache)).filter((file) => file.endsWith('.deb'))) {
    await unpack(cache, archive)
  }
  rmSync(markOf(cache))
  rmSync(archivesOf(cache), { recursive: true })
}

/** The package state that our apt sees instead of the machine's own. */
const statusOf = (cache: DebianCache): string => join(cache.folder, 'apt', 'status')

async function writeBaseSystem(cache: DebianCache): Promise<void> {
  const outcome = await runCommand('apt-config', ['shell', 'path', 'Dir::State::status/f'], {
    env: cache.environment,
    limitMs: aptLimitMs,
  })
  const path = /^path='(.*)'$/m.exec(outcome.stdout)?.[1] ?? ''
  writeFileSync(statusOf(cache), existsSync(path) ? baseSystemOf(readFileSync(path, 'utf8')) : '')
}

/** Fills the archives folder with the packages and all they need. */
async function downloadPackages(cache: DebianCache, packages: readonly string[]): Promise<void> {
  const withSystemLists = await tryDownload(cache, packages, [])
  if (withSystemLists.exitCode === 0) return
  // The machine's own lists are absent (a fresh container) or older than the mirror: fetch lists of our own.
  const ownLists = ['-o', `Dir::State::Lists=${join(cache.folder, 'lists')}`]
  const update = await apt(cache, ['update', ...ownLists])
  const withOwnLists = await tryDownload(cache, packages, ownLists)
  if (withOwnLists.exitCode === 0) return
  const reason = lastLine(withOwnLists) || lastLine(update) || lastLine(withSystemLists)
  throw new SupervisorError('program-missing', `apt-get cannot provide ${packages.join(', ')}: ${reason}`)
}

async function tryDownload(
  cache: DebianCache,
  packages: readonly string[],
  lists: readonly string[],
): Promise<CommandOutcome> {
  const plan = await apt(cache, ['install', '--simulate', '--no-install-recommends', '-y', ...lists, ...packages])
  if (plan.exitCode !== 0) return plan
  const planned = parsePlan(plan.stdout).filter((item) => !neverUnpacked.has(item.name))
  const specs = planned.map((item) => `${item.name}=${item.version}`)
  return apt(cache, ['download', ...lists, ...specs], archivesOf(cache))
}

/** The lines of `apt-get install --simulate`: `Inst name [old] (new Debian:12/stable [amd64])`. */
export function parsePlan(text: string): { name: string; version: string }[] {
  const lines = text.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) /gm)
  return [...lines].map((match) => ({ name: (match[1] ?? '').split(':')[0] ?? '', version: match[2] ?? '' }))
}

async function unpack(cache: DebianCache, archive: string): Promise<void> {
  const path = join(archivesOf(cache), archive)
  const outcome = await runCommand('dpkg-deb', ['-x', path, rootOf(cache)], {
    env: cache.environment,
    limitMs: unpackLimitMs,
  })
  if (outcome.exitCode !== 0) {
    throw new SupervisorError('program-missing', `dpkg-deb cannot unpack ${archive}: ${lastLine(outcome)}`)
  }
}

function apt(cache: DebianCache, args: readonly string[], cwd?: string): Promise<CommandOutcome> {
  const own = [
    '-q',
    ...['-o', `Dir::Cache=${join(cache.folder, 'apt')}`],
    ...['-o', `Dir::State::status=${statusOf(cache)}`],
    // The sandbox user cannot write to our folder, and would only be warned about.
    ...['-o', 'APT::Sandbox::User=root'],
  ]
  const env = { ...cache.environment, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  return runCommand('apt-get', [...own, ...args], { env, limitMs: aptLimitMs, ...(cwd === undefined ? {} : { cwd }) })
}

function lastLine(outcome: CommandOutcome): string {
  const lines = outcome.stderr.split('\n').filter((line) => line.startsWith('E:') || line.includes('cannot'))
  return lines.at(-1)?.replace(/^E: /, '') ?? ''
}
