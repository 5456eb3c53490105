import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@vna/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { transmissionOf } from './transmission-of.ts'
import { type SpooledTransmission, TransmissionSpool } from './transmission-spool.ts'

const row = (id: string): SpooledTransmission => ({
  id,
  direction: 'in',
  protocol: 'dimse',
  client: 'MODALITY1',
  peer: '127.0.0.1',
  entityCode: 'ASST-TEST',
  studyInstanceUids: ['1.2.3'],
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:01.000Z',
  instances: 1,
  failures: 0,
  bytes: 100,
  outcome: 'released',
  reason: undefined,
})

describe('the transmission spool', () => {
  let folder: string
  const logger = createLogger({ service: 'test', level: 'silent' })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('keeps rows while the catalog is away and ships them when it is back', async () => {
    const shipped: string[] = []
    let isAway = true
    const ship = async (rows: readonly SpooledTransmission[]): Promise<void> => {
      if (isAway) throw new Error('away')
      shipped.push(...rows.map(({ id }) => id))
    }
    const first = new TransmissionSpool({ folder, ship, logger })
    await first.start(60_000)
    first.record(row('a'))
    await first.stop()
    expect(shipped).toEqual([])

    isAway = false
    const second = new TransmissionSpool({ folder, ship, logger })
    await second.start(60_000)
    second.record(row('b'))
    await second.stop()
    await second.stop()
    expect(shipped).toEqual(['a', 'b'])
    expect(await readdir(folder)).toEqual([])
  })

  it('tells a row again under the same key, after a failure that may have been a success', async () => {
    const keys: (string | undefined)[] = []
    const ship = async (rows: readonly SpooledTransmission[]): Promise<void> => {
      keys.push(...rows.map((told) => transmissionOf(told).key))
      if (keys.length === 1) throw new Error('the answer was lost')
    }
    const spool = new TransmissionSpool({ folder, ship, logger })
    await spool.start(60_000)
    spool.record(row('a'))
    await spool.stop()
    await spool.stop()
    expect(keys).toEqual(['a', 'a'])
  })

  it('passes by a line that a crash tore, and loses none that follows', async () => {
    await appendFile(join(folder, 'transmissions.ndjson'), `${JSON.stringify(row('a'))}\n{"id":"b","dir`)
    const shipped: string[] = []
    const spool = new TransmissionSpool({
      folder,
      logger,
      ship: async (rows) => {
        shipped.push(...rows.map(({ id }) => id))
      },
    })
    await spool.start(60_000)
    spool.record(row('c'))
    await spool.stop()
    expect(shipped).toEqual(['a', 'c'])
  })
})
