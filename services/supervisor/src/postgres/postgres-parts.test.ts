import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stopLeftoverPostmaster } from './leftover.ts'
import { postgresSettings, settingArguments } from './postgres-settings.ts'
import { findClosedFolders, openPath } from './reach.ts'
import { findUser } from './system-user.ts'

describe('the embedded PostgreSQL', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vna-postgres-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('opens closed folders for passing through, and no further', () => {
    const inner = join(folder, 'open', 'closed')
    mkdirSync(inner, { recursive: true })
    chmodSync(folder, 0o700)
    chmodSync(join(folder, 'open'), 0o755)
    chmodSync(inner, 0o750)
    expect(findClosedFolders(inner)).toEqual([folder, inner])
    expect(openPath(inner)).toEqual([folder, inner])
    expect(statSync(folder).mode & 0o777).toBe(0o701)
    expect(statSync(inner).mode & 0o777).toBe(0o751)
    expect(openPath(inner)).toEqual([])
  })

  it('finds the user it runs as', () => {
    const passwd = 'root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n'
    expect(findUser(passwd, 'postgres')).toEqual({ name: 'postgres', uid: 101, gid: 104 })
    expect(findUser(passwd, 'post')).toBeUndefined()
  })

  it('is durable: a commit is on disk when it is answered', () => {
    const settings = postgresSettings(5432)
    expect(settings).toMatchObject({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' })
    expect(settingArguments(settings)).toContain('listen_addresses=127.0.0.1')
  })

  it('takes away the lock file of a postmaster whose pid something else bears now', async () => {
    expect(await stopLeftoverPostmaster(folder)).toBe('none')
    writeFileSync(join(folder, 'postmaster.pid'), `${process.pid}\n${folder}\n`)
    expect(await stopLeftoverPostmaster(folder)).toBe('stale')
    expect(await stopLeftoverPostmaster(folder)).toBe('none')
  })
})
