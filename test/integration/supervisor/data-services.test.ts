import { rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findProcessStart } from '../../../packages/runtime/src/index.ts'
import { createPostgres } from '../../../services/supervisor/src/postgres/start-postgres.ts'
import { makeHome, startRedis } from '../../harness/servers.ts'

// Both clients belong to the supervisor, so they are resolved from there.
const fromSupervisor = createRequire(new URL('../../../services/supervisor/package.json', import.meta.url))
const importFromSupervisor = (name: string) => import(pathToFileURL(fromSupervisor.resolve(name)).href)

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const { default: postgres } = await importFromSupervisor('postgres')
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await sql.unsafe(text)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

describe('the embedded PostgreSQL', () => {
  it('keeps what was committed over a kill -9, under the same URL, and copes with a leftover postmaster', async () => {
    const home = makeHome()
    const notes: string[] = []
    const options = {
      home,
      environment: process.env,
      onOutput: () => undefined,
      onNote: (line: string) => notes.push(line),
    }
    const postgres = await createPostgres(options)
    const first = await postgres.start()
    await query(postgres.url, 'CREATE TABLE kept (n integer); INSERT INTO kept VALUES (42)')
    first.signal('KILL')
    await first.ended

    const second = await postgres.start()
    expect(await query(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 42 }])

    // Another supervisor finds the folder while the server of a killed one still runs.
    const other = await createPostgres(options)
    const third = await other.start()
    expect(findProcessStart(second.pid)).toBeUndefined()
    expect(notes).toEqual(['stopped a PostgreSQL that a killed run had left behind'])
    expect(await query(other.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }])

    third.signal('INT')
    expect(await third.ended).toBe(0)
    expect(statSync(join(home, 'postgres')).mode & 0o077).toBe(0)
    rmSync(home, { recursive: true })
  })
})

describe('the embedded Redis', () => {
  it('demands its password, evicts nothing and keeps nothing on disk', async () => {
    const redis = await startRedis()
    const { Redis } = await importFromSupervisor('ioredis')
    const client = new Redis(redis.url)
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    expect(await client.config('GET', 'save')).toEqual(['save', ''])
    client.disconnect()
    const stranger = new Redis(redis.url.replace(/:\/\/:\w+@/, '://'), { maxRetriesPerRequest: 0 })
    stranger.on('error', () => undefined)
    await expect(stranger.ping()).rejects.toThrow(/NOAUTH/)
    stranger.disconnect()
    await redis.stop()
    expect(findProcessStart(redis.pid)).toBeUndefined()
  })
})
