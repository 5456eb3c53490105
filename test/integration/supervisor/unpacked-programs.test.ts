import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseSystemOf } from '../../../services/supervisor/src/programs/base-system.ts'
import { parsePlan } from '../../../services/supervisor/src/programs/debian-cache.ts'
import { ensureUnpacked } from '../../../services/supervisor/src/programs/ensure-programs.ts'

const unpackTimeoutMs = 300_000

/** A machine whose apt has lists of its own and believes that these packages are installed. */
interface Machine {
  readonly environment: NodeJS.ProcessEnv
  readonly cacheFolder: string
  readonly root: string
}

describe('a program that is unpacked', () => {
  let folder: string
  let bare: Machine
  let withTools: Machine

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vna-unpacked-'))
    const ofThisMachine = baseSystemOf(readFileSync('/var/lib/dpkg/status', 'utf8')).split(/\n\n/)
    const stale = makeMachine('stale', ofThisMachine)
    aptGet(stale, 'update', '-q')
    // Made up to date first: an upgrade of the base system is no part of the comparison.
    const needed = paragraphsOf(stale, planOf(stale))
    const has = (paragraphs: readonly string[], sought: string): boolean =>
      paragraphs.some((paragraph) => nameOf(paragraph) === nameOf(sought))
    const baseSystem = [
      ...ofThisMachine.filter((paragraph) => !has(needed, paragraph)),
      ...needed.filter((paragraph) => has(ofThisMachine, paragraph)),
    ]
    const more = needed.filter((paragraph) => !has(ofThisMachine, paragraph) && nameOf(paragraph) !== 'redis-server')
    bare = makeMachine('bare', baseSystem)
    withTools = makeMachine('with redis-tools', [...baseSystem, ...more])
  }, unpackTimeoutMs)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function makeMachine(name: string, paragraphs: readonly string[]): Machine {
    const config = join(folder, `${name}.conf`)
    const statusFile = join(folder, `${name}.status`)
    for (const kept of ['lists/partial', 'apt/archives/partial']) mkdirSync(join(folder, kept), { recursive: true })
    writeFileSync(statusFile, paragraphs.map((paragraph) => `${paragraph.trim()}\n`).join('\n'))
    writeFileSync(
      config,
      `Dir::State::status "${statusFile}"; Dir::State::Lists "${join(folder, 'lists')}"; ` +
        `Dir::Cache "${join(folder, 'apt')}"; APT::Sandbox::User "root"; APT::Install-Recommends "false";`,
    )
    const cacheFolder = join(folder, name)
    return { environment: { ...process.env, APT_CONFIG: config }, cacheFolder, root: join(cacheFolder, 'root') }
  }

  const aptGet = (machine: Machine, ...args: readonly string[]): string =>
    execFileSync('apt-get', args, { env: machine.environment, encoding: 'utf8', stdio: 'pipe' })
  const planOf = (machine: Machine) => parsePlan(aptGet(machine, 'install', '--simulate', '-y', 'redis-server'))

  /** As dpkg writes them. apt takes a version for installed only when it has the fields of the archive's. */
  function paragraphsOf(machine: Machine, planned: ReturnType<typeof planOf>): readonly string[] {
    const specs = planned.map(({ name, version }) => `${name}=${version}`)
    const shown = execFileSync('apt-cache', ['show', ...specs], { env: machine.environment, encoding: 'utf8' })
    const paragraphs = shown.trim().split(/\n{2,}/)
    return paragraphs.map((paragraph) => `${paragraph}\nStatus: install ok installed`)
  }
  const nameOf = (paragraph: string): string => /^Package: (.*)$/m.exec(paragraph)?.[1] ?? ''

  const unpackRedis = async (machine: Machine): Promise<string> => {
    const programs = await ensureUnpacked(['redis-server'], machine)
    return execFileSync(programs.get('redis-server')!.path, ['--version'], { encoding: 'utf8' })
  }
  const filesOf = (root: string): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()

  it('needs a package that one of the machines has', () => {
    expect(planOf(bare).map(({ name }) => name)).toContain('redis-tools')
    // Once all that was unpacked there: a link to a file of redis-tools.
    expect(planOf(withTools).map(({ name }) => name)).toEqual(['redis-server'])
  })

  it('is whole by itself, whether what it needs is installed or not', { timeout: unpackTimeoutMs }, async () => {
    for (const machine of [bare, withTools]) {
      expect(await unpackRedis(machine)).toMatch(/server v=\d/)
      const server = realpathSync(join(machine.root, 'usr/bin/redis-server'))
      expect(server.startsWith(`${realpathSync(machine.root)}/`)).toBe(true)
    }
    expect(filesOf(withTools.root)).toEqual(filesOf(bare.root))
    expect(filesOf(bare.root).join('\n')).toMatch(/libssl\.so/)
  })
})
