import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseSystemOf } from '../../../services/supervisor/src/programs/base-system.ts'
import { parsePlan } from '../../../services/supervisor/src/programs/debian-cache.ts'
import { ensureUnpacked } from '../../../services/supervisor/src/programs/ensure-programs.ts'

const UNPACK_TIMEOUT_MS = 300_000

/** A machine whose apt has lists of its own and believes that these packages are installed. */
type Machine = { readonly environment: NodeJS.ProcessEnv; readonly cacheFolder: string; readonly root: string }

describe('a program that is unpacked', () => {
  let folder: string
  let bare: Machine
  let withTools: Machine

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vna-unpacked-'))
    const baseSystem = baseSystemOf(readFileSync('/var/lib/dpkg/status', 'utf8'))
    bare = makeMachine('bare', baseSystem)
    const options = { env: bare.environment, encoding: 'utf8', stdio: 'pipe' } as const
    execFileSync('apt-get', ['update', '-q'], options)
    const plan = parsePlan(execFileSync('apt-get', ['install', '--simulate', '-y', 'redis-server'], options))
    const installed = plan.filter(({ name }) => name !== 'redis-server')
    // The state in which redis-server, a link to a file of redis-tools, once was unpacked without it.
    expect(installed.map(({ name }) => name)).toContain('redis-tools')
    withTools = makeMachine('with redis-tools', [baseSystem, ...installed.map(paragraphOf)].join('\n'))
  }, UNPACK_TIMEOUT_MS)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function makeMachine(name: string, status: string): Machine {
    const config = join(folder, `${name}.conf`)
    const statusFile = join(folder, `${name}.status`)
    for (const kept of ['lists/partial', 'apt/archives/partial']) mkdirSync(join(folder, kept), { recursive: true })
    writeFileSync(statusFile, status)
    writeFileSync(
      config,
      `Dir::State::status "${statusFile}"; Dir::State::Lists "${join(folder, 'lists')}"; ` +
        `Dir::Cache "${join(folder, 'apt')}"; APT::Sandbox::User "root"; APT::Install-Recommends "false";`,
    )
    const cacheFolder = join(folder, name)
    return { environment: { ...process.env, APT_CONFIG: config }, cacheFolder, root: join(cacheFolder, 'root') }
  }

  const unpackRedis = async (machine: Machine): Promise<string> => {
    const programs = await ensureUnpacked(['redis-server'], machine)
    return execFileSync(programs.get('redis-server')!.path, ['--version'], { encoding: 'utf8' })
  }
  const filesOf = (root: string): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()

  it('is whole by itself, whether what it needs is installed or not', { timeout: UNPACK_TIMEOUT_MS }, async () => {
    for (const machine of [bare, withTools]) {
      expect(await unpackRedis(machine)).toMatch(/server v=\d/)
      const server = realpathSync(join(machine.root, 'usr/bin/redis-server'))
      expect(server.startsWith(`${realpathSync(machine.root)}/`)).toBe(true)
    }
    expect(filesOf(withTools.root)).toEqual(filesOf(bare.root))
    expect(filesOf(bare.root).join('\n')).toMatch(/libssl\.so/)
  })
})

/** As dpkg writes it, with what apt needs to see a package as installed. */
function paragraphOf({ name, version }: { name: string; version: string }): string {
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim()
  const lines = [`Package: ${name}`, 'Status: install ok installed', `Architecture: ${architecture}`]
  return [...lines, `Version: ${version}`, 'Maintainer: nobody', 'Description: made up', ''].join('\n')
}
