import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { makeImageTree, repositoryFolder } from './support/image-tree.ts'
import { runProgram } from './support/programs.ts'
import { waitFor } from './support/wait.ts'

const installTimeoutMs = 300_000
const demoTimeoutMs = 90_000
/** Below the checkout, so that it has the same package store whatever the file systems are. */
const folder = join(repositoryFolder, '.cache', 'production-install')

beforeAll(() => makeImageTree(folder), installTimeoutMs)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a production install', () => {
  it('holds no development tools, tests or benchmarks of ours', () => {
    const installed = readdirSync(join(folder, 'node_modules', '.pnpm'))
    const isInstalled = (name: string): boolean =>
      installed.some((entry) => entry.startsWith(`${name.replace('/', '+')}@`))
    expect(isInstalled('node')).toBe(true)
    const tools = [...developmentToolsOf(repositoryFolder)]
    expect(tools).toEqual(expect.arrayContaining(['vitest', 'typescript', '@biomejs/biome']))
    expect(tools.filter(isInstalled)).toEqual([])
    const files = ['packages', 'services'].flatMap((name) =>
      readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }),
    )
    expect(files.filter((file) => !file.includes('node_modules') && /\.test\.ts$|\/testing\//.test(file))).toEqual([])
    expect(readdirSync(folder)).not.toContain('test')
  })

  it('loads every command', async () => {
    const help = await runProgram(join(folder, 'vna'), ['--help'])
    expect(help.stderr).toBe('')
    expect(help.exitCode).toBe(0)
    const quarantine = await runProgram(join(folder, 'vna'), ['quarantine', '--help'])
    expect(quarantine.exitCode).toBe(0)
  })

  it('starts every service and does its work', { timeout: demoTimeoutMs * 2 }, async () => {
    const archive = await Archive.start({ command: join(folder, 'vna'), arguments: ['--demo'] })
    try {
      await waitFor(() => (/^demo ready$/m.test(archive.output) ? true : undefined), {
        timeoutMs: demoTimeoutMs,
        what: `the demo; so far:\n${archive.output}`,
      })
      const commands = runningCommands()
      const idle = servicesOf(folder).filter(
        (name) => !commands.some((command) => command.includes(join(folder, 'services', name, 'src', 'main.ts'))),
      )
      expect(idle).toEqual([])
    } finally {
      await archive.dispose()
    }
  })
})

/** What only development needs: of the root, and of each package that does not also need it in production. */
function developmentToolsOf(root: string): ReadonlySet<string> {
  const manifests = [root, ...['packages', 'services'].flatMap((name) => subfolders(join(root, name)))]
    .map((path) => join(path, 'package.json'))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string> | undefined>)
  const production = new Set(manifests.flatMap(({ dependencies }) => Object.keys(dependencies ?? {})))
  const development = manifests.flatMap(({ devDependencies }) => Object.keys(devDependencies ?? {}))
  return new Set(development.filter((name) => !production.has(name)))
}

function subfolders(path: string): readonly string[] {
  return readdirSync(path).map((name) => join(path, name))
}

function servicesOf(root: string): readonly string[] {
  const names = readdirSync(join(root, 'services'))
  const services = names.filter((name) => existsSync(join(root, 'services', name, 'src', 'main.ts')))
  expect(services).toEqual(expect.arrayContaining(['gateway', 'archiver', 'query', 'linker', 'supervisor', 'cli']))
  return services
}

function runningCommands(): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      return '' // ended meanwhile
    }
  })
}
