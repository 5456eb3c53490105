import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SpoolingRecorder } from './spooling-recorder.ts'
import type { InsertTransmissions, Transmission } from './transmission.ts'

const row = (client: string): Transmission => ({
  direction: 'in',
  protocol: 'dimse',
  client,
  peer: '127.0.0.1',
  entityCode: 'ASST-TEST',
  studyInstanceUids: ['1.2.3'],
  startedAt: new Date('2026-01-01T00:00:00.000Z'),
  endedAt: new Date('2026-01-01T00:00:01.000Z'),
  instances: 1,
  failures: 0,
  bytes: 100,
  outcome: 'released',
})

describe('the spooling recorder', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const open = async (insert: InsertTransmissions): Promise<SpoolingRecorder> => {
    const recorder = new SpoolingRecorder({
      folder,
      insert,
      onTrouble: () => undefined,
      onLost: (error) => expect.unreachable(String(error)),
    })
    await recorder.start(60_000)
    return recorder
  }

  it('keeps rows while the database is away and ships them, as they were, when it is back', async () => {
    const shipped: Transmission[] = []
    let isAway = true
    const insert: InsertTransmissions = async (rows) => {
      if (isAway) throw new Error('away')
      shipped.push(...rows)
    }
    const first = await open(insert)
    first.record(row('a'))
    await first.close()
    expect(shipped).toEqual([])

    isAway = false
    const second = await open(insert)
    second.record(row('b'))
    await second.close()
    await second.close()
    expect(shipped).toEqual([
      { ...row('a'), key: expect.any(String) },
      { ...row('b'), key: expect.any(String) },
    ])
    expect(await readdir(folder)).toEqual([])
  })

  it('tells a row again under the same key, after a failure that may have been a success', async () => {
    const keys: string[] = []
    const recorder = await open(async (rows) => {
      keys.push(...rows.map(({ key }) => key))
      if (keys.length === 1) throw new Error('the answer was lost')
    })
    recorder.record(row('a'))
    await recorder.close()
    await recorder.close()
    expect(keys).toHaveLength(2)
    expect(keys[1]).toBe(keys[0])
  })

  it('passes by a line that a crash tore, loses none that follows, and reads what an older version wrote', async () => {
    const older = JSON.stringify({ ...row('a'), id: 'k1' })
    await appendFile(join(folder, 'transmissions.ndjson'), `${older}\n{"key":"b","dir`)
    const shipped: [client: string, key: string][] = []
    const recorder = await open(async (rows) => {
      shipped.push(...rows.map(({ client, key }) => [client, key] as [string, string]))
    })
    recorder.record(row('c'))
    await recorder.close()
    expect(shipped).toEqual([
      ['a', 'k1'],
      ['c', expect.any(String)],
    ])
  })
})
