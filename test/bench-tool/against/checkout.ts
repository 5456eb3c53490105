import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repositoryFolder } from '../../../services/cli/src/config.ts'
import { CliError } from '../../../services/cli/src/errors.ts'
import { runChild } from '../child.ts'

/** A folder with the repository at some commit, installed: what a stack is started from. */
export interface Checkout {
  readonly folder: string
  /** Its own pinned Node. */
  readonly node: string
}

export const presentCheckout: Checkout = { folder: repositoryFolder, node: process.execPath }

export interface OpenCheckoutOptions {
  /** The repository whose commits are meant; worktrees are made in its `.cache/against`. */
  readonly repository: string
  readonly note: (line: string) => void
  readonly install?: (folder: string) => Promise<void>
}

/**
 * The checkout that `--against` names: a folder (`.` or `/` comes first) that is installed already, or a commit, for which a
 * git worktree is made and installed. The worktree stays for the next run; one of another commit is removed.
 */
export async function openCheckout(ref: string, o: OpenCheckoutOptions): Promise<Checkout> {
  if (/^[./]/.test(ref)) return checkoutIn(resolve(ref))
  const commit = (await git(o.repository, 'rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`)).trim()
  const parent = join(o.repository, '.cache', 'against')
  const folder = join(parent, commit)
  if (!existsSync(join(folder, '.git'))) {
    o.note(`a worktree of ${commit.slice(0, 12)} is made and installed in ${folder}`)
    await removeOthers(o.repository, parent)
    await git(o.repository, 'worktree', 'add', '--quiet', '--force', '--detach', folder, commit)
  }
  await (o.install ?? install)(folder)
  return checkoutIn(folder)
}

function checkoutIn(folder: string): Checkout {
  const node = join(folder, 'node_modules', '.bin', 'node')
  for (const path of [join(folder, 'services/cli/src/main.ts'), node]) {
    if (!existsSync(path)) throw new CliError('usage', `--against: ${path} is missing`)
  }
  return { folder, node }
}

async function removeOthers(repository: string, parent: string): Promise<void> {
  mkdirSync(parent, { recursive: true })
  await git(repository, 'worktree', 'prune')
  for (const name of readdirSync(parent)) {
    await git(repository, 'worktree', 'remove', '--force', '--force', join(parent, name))
  }
}

/** As that commit installs itself; what it needs is in pnpm's store where this checkout was installed with the same versions. */
async function install(folder: string): Promise<void> {
  const script = pathToFileURL(join(folder, 'scripts/setup/install.mjs')).href
  const program = `const { ensureInstalled } = await import('${script}'); await ensureInstalled()`
  const env = { ...process.env, npm_config_prefer_offline: 'true' }
  await runChild(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, env })
}

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  return runChild('git', ['-C', folder, ...args])
}
