import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Plain JavaScript for whatever Node (from 20) the machine has; what it installs brings the Node everything else runs on. */
export const repositoryFolder = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '../..')
export const node = join(repositoryFolder, 'node_modules', '.bin', 'node')

const pnpm = 'pnpm@12.21.0'
const stamp = join(repositoryFolder, 'node_modules', '.vna-installed')
const cache = join(repositoryFolder, '.cache')
const lock = join(cache, 'install.lock')
const lockPollMs = 250
const lockLimitMs = 600_000

/** Installs the dependencies unless these very ones are installed: then it needs no network and no time. */
export async function ensureInstalled() {
  const wanted = fingerprint()
  if (isInstalled(wanted)) return
  mkdirSync(cache, { recursive: true })
  await acquireLock()
  try {
    // Another start may have installed them while we waited.
    if (!isInstalled(wanted)) install(wanted)
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function isInstalled(wanted) {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) return false
  return spawnSync(node, ['--version']).status === 0
}

/** What decides which files end up in node_modules. */
function fingerprint() {
  const hash = createHash('sha256')
  const manifests = ['packages', 'services'].flatMap((folder) =>
    readdirSync(join(repositoryFolder, folder)).map((name) => join(folder, name, 'package.json')),
  )
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests.sort()]) {
    const path = join(repositoryFolder, file)
    if (existsSync(path)) hash.update(`${file}\n`).update(readFileSync(path))
  }
  return `${hash.digest('hex')} ${process.platform}-${process.arch}\n`
}

function install(wanted) {
  console.log(`vna: installing dependencies (${pnpm}; once)`)
  const args = ['-y', pnpm, 'install', '--frozen-lockfile', '--config.confirm-modules-purge=false']
  const outcome = spawnSync('npx', args, {
    cwd: repositoryFolder,
    env: environment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (outcome.status !== 0) {
    const reason = outcome.error === undefined ? `status ${outcome.status}` : outcome.error.message
    throw new Error(`installing the dependencies failed (${reason}); it needs npm, and the registry the first time`)
  }
  writeFileSync(stamp, wanted)
}

/** npm and pnpm keep their caches below HOME; one that cannot be written to is replaced by a folder of ours. */
function environment() {
  // Settings of the npm that runs us (npm_config_…, npm_package_…) are for this package, not for pnpm's run.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|command|execpath)/.test(name),
  )
  const env = Object.fromEntries(inherited)
  if (isWritable(env.HOME)) return env
  const home = join(cache, 'home')
  mkdirSync(home, { recursive: true })
  return { ...env, HOME: home, npm_config_cache: join(home, '.npm') }
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function acquireLock() {
  const deadline = Date.now() + lockLimitMs
  for (;;) {
    try {
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), String(process.pid))
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isHolderGone() || Date.now() > deadline) rmSync(lock, { recursive: true, force: true })
    else await sleep(lockPollMs)
  }
}

function isHolderGone() {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    // ENOENT: the holder is between making the folder and writing its pid.
    return error.code === 'ESRCH'
  }
}
