import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureProgram, ensurePrograms } from '../../../services/supervisor/src/programs/index.ts'
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

  it('that nobody can provide are named with what to install', async () => {
    // An apt-get that knows nothing stands first on the PATH.
    write(join(folder, 'tools', 'apt-get'), '#!/bin/sh\necho "E: Unable to locate package dicom3tools" >&2\nexit 100\n')
    const options = { cacheFolder: join(folder, 'cache'), environment: { PATH: join(folder, 'tools') } }
    const attempt = ensurePrograms(['dciodvfy'], options)
    const outcome = await attempt.then(
      (programs) => programs.get('dciodvfy')?.root,
      (error: Error) => error.message,
    )
    expect(['', expect.stringContaining('apt-get install dicom3tools')]).toContainEqual(outcome)
  })
})
