import { accessSync, constants, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, matchesGlob, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from './programs.ts'

export const repositoryFolder = fileURLToPath(new URL('../../..', import.meta.url))
const installTimeoutMs = 240_000

/**
 * Makes what the image holds: the files that .dockerignore lets through, then the very install command of deploy/Dockerfile,
 * from what npm and pnpm have kept of the checkout's own install where they can.
 */
export async function makeImageTree(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const isIgnored = parseIgnoreRules(readFileSync(join(repositoryFolder, '.dockerignore'), 'utf8'))
  const filter = (source: string): boolean => !isIgnored(relative(repositoryFolder, source))
  for (const name of readdirSync(repositoryFolder).filter((name) => !isIgnored(name))) {
    cpSync(join(repositoryFolder, name), join(folder, name), { recursive: true, filter })
  }
  const dockerfile = readFileSync(join(repositoryFolder, 'deploy/Dockerfile'), 'utf8')
  const command = /^RUN (npx .* install .*)$/m.exec(dockerfile)?.[1]
  if (command === undefined) throw new Error('deploy/Dockerfile installs nothing')
  const options = { cwd: folder, env: installEnvironment(), timeoutMs: installTimeoutMs }
  const result = await runProgram('sh', ['-c', `${command} --prefer-offline`], options)
  if (result.exitCode !== 0) throw new Error(`${command}: ${result.stdout}${result.stderr}`)
}

/** .dockerignore: the last pattern that matches a path or a folder above it decides; `!` lets it through. */
function parseIgnoreRules(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ pattern: line.replace(/^!/, ''), isIgnored: !line.startsWith('!') }))
  // Docker's `*` takes names that begin with a dot, too.
  const matches = (path: string, pattern: string): boolean =>
    pattern === '*' || matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`)
  return (path) => rules.findLast(({ pattern }) => matches(path, pattern))?.isIgnored ?? false
}

/** As scripts/setup has it: settings of the npm that runs us are not for this install, and a HOME must be writable. */
function installEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|command|execpath)/.test(name),
  )
  const env = { ...Object.fromEntries(inherited), npm_config_prefer_offline: 'true' }
  try {
    accessSync(process.env.HOME ?? '', constants.W_OK)
    return env
  } catch {
    const home = join(repositoryFolder, '.cache', 'home')
    return { ...env, HOME: home, npm_config_cache: join(home, '.npm') }
  }
}
