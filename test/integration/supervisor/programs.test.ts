import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureUnpacked } from '../../../services/supervisor/src/programs/ensure-programs.ts'
import { ensureProgram } from '../../../services/supervisor/src/programs/index.ts'
import { writeWrapper } from '../../../services/supervisor/src/programs/unpacked.ts'

describe('programs', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vna programs' "))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const write = (path: string, text: string): void => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, 0o755)
  }

  it('unpacked ones run through a wrapper that brings their libraries, and keeps what the caller has', () => {
    const root = join(folder, 'root')
    mkdirSync(join(root, 'usr/lib/x86_64-linux-gnu'), { recursive: true })
    write(join(root, 'usr/bin/redis-server'), '#!/bin/sh\necho "$LD_LIBRARY_PATH|$1"\n')
    const wrapper = writeWrapper(join(root, 'usr/bin/redis-server'), root)
    expect(wrapper).toBe(join(root, 'usr', 'wrapped', 'redis-server'))
    const output = execFileSync(wrapper, ['a b'], { env: { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: '/mine' } })
    const [libraries = '', argument] = output.toString().trim().split('|')
    expect(libraries.split(':')).toContain(join(root, 'usr/lib/x86_64-linux-gnu'))
    expect(libraries.endsWith(':/mine')).toBe(true)
    expect(argument).toBe('a b')
  })

  it('on the PATH are taken as they are, by any of their names', async () => {
    write(join(folder, 'tools', 'valkey-server'), '#!/bin/sh\n')
    const environment = { PATH: join(folder, 'tools') }
    const found = await ensureProgram('redis-server', { cacheFolder: join(folder, 'cache'), environment })
    // A machine may have a redis-server of its own, which is found under the first name.
    expect(found.path.endsWith('-server')).toBe(true)
    expect(found.env).toEqual({})
  })

  it('on the PATH that do not run are passed over', async () => {
    write(join(folder, 'tools', 'redis-server'), '#!/bin/sh\necho "cannot open shared object file" >&2\nexit 127\n')
    write(join(folder, 'tools', 'valkey-server'), '#!/bin/sh\n')
    const environment = { PATH: join(folder, 'tools') }
    const found = await ensureProgram('redis-server', { cacheFolder: join(folder, 'cache'), environment })
    expect(found.path).not.toBe(join(folder, 'tools', 'redis-server'))
  })

  /** The message of the error with which unpacking dciodvfy fails, on a machine with these tools only. */
  const failure = (): Promise<string> =>
    ensureUnpacked(['dciodvfy'], {
      cacheFolder: join(folder, 'cache'),
      environment: { PATH: join(folder, 'tools') },
    }).then(
      () => 'it was provided',
      (error: Error) => error.message,
    )

  it('that nobody can provide are named with what to install', async () => {
    write(join(folder, 'tools', 'apt-get'), '#!/bin/sh\necho "E: Unable to locate package dicom3tools" >&2\nexit 100\n')
    expect(await failure()).toBe(
      'dciodvfy is missing; install it with: apt-get install dicom3tools ' +
        '(apt-get cannot provide dicom3tools: Unable to locate package dicom3tools)',
    )
  })

  it('are named with what to install in one line where the machine has no apt', async () => {
    expect(await failure()).toBe(
      'dciodvfy is missing, and this machine has no apt-get to fetch it with; ' +
        'install it (in Debian the package dicom3tools), so that dciodvfy is on the PATH',
    )
  })

  describe('that were unpacked before', () => {
    const cacheFolder = (): string => join(folder, 'cache')
    const server = (): string => join(cacheFolder(), 'root/usr/bin/redis-server')

    beforeEach(async () => {
      // An apt-get that knows one package, and a dpkg-deb that says how often it unpacked.
      write(
        join(folder, 'tools', 'apt-get'),
        '#!/bin/sh\ncase "$*" in\n' +
          '*--simulate*) echo "Inst redis-server (7.0 Debian [amd64])" ;;\n*download*) : > redis-server.deb ;;\nesac\n',
      )
      write(
        join(folder, 'tools', 'dpkg-deb'),
        '#!/bin/sh\nmkdir -p "$3/usr/bin"\nprintf "#!/bin/sh\\necho works\\n" > "$3/usr/bin/redis-server"\n' +
          `chmod 755 "$3/usr/bin/redis-server"\necho unpacked >> '${join(folder, 'count').replaceAll("'", `'\\''`)}'\n`,
      )
      await unpack()
    })

    const unpack = async (): Promise<string> => {
      const environment = { PATH: `${join(folder, 'tools')}:/usr/bin:/bin` }
      const programs = await ensureUnpacked(['redis-server'], { cacheFolder: cacheFolder(), environment })
      return execFileSync(programs.get('redis-server')?.path ?? '', { encoding: 'utf8' }).trim()
    }
    const timesUnpacked = (): number => readFileSync(join(folder, 'count'), 'utf8').trim().split('\n').length

    it('are found again without unpacking', async () => {
      expect(await unpack()).toBe('works')
      expect(timesUnpacked()).toBe(1)
    })

    it('are unpacked anew when a file of theirs is gone or does not run', async () => {
      rmSync(server())
      symlinkSync('redis-check-rdb', server())
      expect(await unpack()).toBe('works')
      writeFileSync(server(), '#!/bin/sh\necho "libssl.so.3: cannot open shared object file" >&2\nexit 127\n')
      expect(await unpack()).toBe('works')
      expect(timesUnpacked()).toBe(3)
    })

    it('are unpacked anew, and nothing is kept, when the unpacking was interrupted', async () => {
      const half = join(cacheFolder(), 'root/usr/half a file')
      writeFileSync(half, '')
      expect(await unpack()).toBe('works')
      expect(existsSync(half)).toBe(true)
      writeFileSync(join(cacheFolder(), 'unpacking'), '')
      expect(await unpack()).toBe('works')
      expect(existsSync(half)).toBe(false)
      expect(timesUnpacked()).toBe(2)
    })
  })
})
