import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SupervisorError } from '../errors.ts'
import { type CommandOutcome, runCommand } from './run-command.ts'

/**
 * Debian packages without installing them: apt works out what is missing on this machine and downloads it, dpkg-deb
 * unpacks it below `<folder>/root`. The same for root and for any user, and nothing of the system is changed: no daemon
 * starts, no package is removed, and an uninstall is `rm -r`.
 */
export type DebianCache = { readonly folder: string; readonly environment: NodeJS.ProcessEnv }

const APT_LIMIT_MS = 300_000
const UNPACK_LIMIT_MS = 120_000
/** Unpacking another C library beside the system's loader breaks every program. */
const neverUnpacked = new Set(['libc6', 'libc-bin', 'libc-l10n', 'locales'])

export const rootOf = (cache: DebianCache): string => join(cache.folder, 'root')

/** Unpacks the packages and what they need, once: a stamp tells that it was done, so later calls need no network. */
export async function unpackPackages(cache: DebianCache, packages: readonly string[]): Promise<void> {
  const stamp = join(cache.folder, 'sets', [...packages].sort().join('+'))
  if (existsSync(stamp)) return
  for (const name of ['root', 'sets', 'archives', 'lists/partial', 'apt/archives/partial']) {
    mkdirSync(join(cache.folder, name), { recursive: true })
  }
  // Whatever our umask is: another user of the same clone may run what is unpacked here.
  for (const name of ['', 'root', 'sets', 'archives']) chmodSync(join(cache.folder, name), 0o755)
  const wanted = await downloadPackages(cache, packages)
  for (const archive of wanted) await unpack(cache, archive)
  writeFileSync(stamp, `${wanted.join('\n')}\n`, { mode: 0o644 })
}

/** The archives of the packages and of all they need that this machine lacks. */
async function downloadPackages(cache: DebianCache, packages: readonly string[]): Promise<readonly string[]> {
  const withSystemLists = await tryDownload(cache, packages, [])
  if (withSystemLists.ok) return withSystemLists.archives
  // The machine's own lists are absent (a fresh container) or older than the mirror: fetch lists of our own.
  const ownLists = ['-o', `Dir::State::Lists=${join(cache.folder, 'lists')}`]
  const update = await apt(cache, ['update', ...ownLists])
  const withOwnLists = await tryDownload(cache, packages, ownLists)
  if (withOwnLists.ok) return withOwnLists.archives
  const reason = lastLine(withOwnLists.failure) || lastLine(update) || lastLine(withSystemLists.failure)
  throw new SupervisorError('program-missing', `apt-get cannot provide ${packages.join(', ')}: ${reason}`)
}

type Download = { ok: true; archives: readonly string[] } | { ok: false; failure: CommandOutcome }

async function tryDownload(
  cache: DebianCache,
  packages: readonly string[],
  lists: readonly string[],
): Promise<Download> {
  const plan = await apt(cache, ['install', '--simulate', '--no-install-recommends', '-y', ...lists, ...packages])
  if (plan.exitCode !== 0) return { ok: false, failure: plan }
  const planned = parsePlan(plan.stdout).filter((item) => !neverUnpacked.has(item.name))
  // What is installed already is planned by nobody, but may be asked for: then there is nothing to fetch.
  if (planned.length === 0) return { ok: true, archives: [] }
  const before = new Set(readdirSync(join(cache.folder, 'archives')))
  const specs = planned.map((item) => `${item.name}=${item.version}`)
  const outcome = await apt(cache, ['download', ...lists, ...specs], join(cache.folder, 'archives'))
  if (outcome.exitCode !== 0) return { ok: false, failure: outcome }
  const after = readdirSync(join(cache.folder, 'archives')).filter((file) => file.endsWith('.deb'))
  const names = new Set(planned.map((item) => item.name))
  return { ok: true, archives: after.filter((file) => !before.has(file) || names.has(file.split('_')[0] ?? '')) }
}

/** The lines of `apt-get install --simulate`: `Inst name [old] (new Debian:12/stable [amd64])`. */
export function parsePlan(text: string): { name: string; version: string }[] {
  const lines = text.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) /gm)
  return [...lines].map((match) => ({ name: (match[1] ?? '').split(':')[0] ?? '', version: match[2] ?? '' }))
}

async function unpack(cache: DebianCache, archive: string): Promise<void> {
  const path = join(cache.folder, 'archives', archive)
  const outcome = await runCommand('dpkg-deb', ['-x', path, rootOf(cache)], {
    env: cache.environment,
    limitMs: UNPACK_LIMIT_MS,
  })
  if (outcome.exitCode !== 0) {
    throw new SupervisorError('program-missing', `dpkg-deb cannot unpack ${archive}: ${lastLine(outcome)}`)
  }
}

function apt(cache: DebianCache, args: readonly string[], cwd?: string): Promise<CommandOutcome> {
  // The sandbox user cannot write to our folder, and would only be warned about.
  const own = ['-q', '-o', `Dir::Cache=${join(cache.folder, 'apt')}`, '-o', 'APT::Sandbox::User=root']
  const env = { ...cache.environment, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  return runCommand('apt-get', [...own, ...args], { env, limitMs: APT_LIMIT_MS, ...(cwd === undefined ? {} : { cwd }) })
}

function lastLine(outcome: CommandOutcome): string {
  const lines = outcome.stderr.split('\n').filter((line) => line.startsWith('E:') || line.includes('cannot'))
  return lines.at(-1)?.replace(/^E: /, '') ?? (outcome.exitCode === 127 ? 'apt-get is not on this machine' : '')
}
