import { mkdir, mkdtemp, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  ArchiveError,
  LedgerWriter,
  type ObjectStore,
  openObjectStore,
  sidecarKeyOf,
  verifyPack,
} from '../../packages/archive/src/index.ts'
import { type FailedPack, rebuildCatalog } from '../../packages/registration/src/index.ts'
import { DamagedPacks, damagedPacksLimits } from '../../services/archiver/src/damaged-packs.ts'
import { OrphanPacks } from '../../services/archiver/src/orphan-packs.ts'
import { archiveFiles } from './support-archive.ts'
import { type CatalogFixture, startCatalog } from './support-catalog.ts'
import { contentsOf } from './support-contents.ts'
import { makeImage } from './support-data-sets.ts'

const packsMade = 8
/** Which of the packs is damaged: others come before and behind it. */
const damagedIndex = 2

let fixture: CatalogFixture
let home: string
let store: ObjectStore
/** In the order in which they are listed. */
let keys: readonly string[]
let original: { readonly pack: Buffer; readonly sidecar: Buffer }
let whole: Awaited<ReturnType<typeof contentsOf>>
const signal = new AbortController().signal

beforeAll(async () => {
  fixture = await startCatalog()
  home = await mkdtemp(join(tmpdir(), 'vna-rebuild-'))
  store = openObjectStore('file:', { homeFolder: home })
  await store.prepare()
  await mkdir(join(home, 'run'))
  const found: string[] = []
  for (let index = 0; index < packsMade; index++) {
    const images = [1, 2].map((sop) =>
      makeImage({ study: `1.2.${index}`, series: `1.2.${index}.1`, sop: `1.2.${index}.1.${sop}`, syntax: 'explicit' }),
    )
    found.push(...(await archiveFiles({ home, store, catalog: fixture.catalog }, images, 'ASST-A')))
  }
  keys = found.sort()
  whole = await contentsOf(fixture.database)
  original = { pack: await readFile(pathOf(damagedKey())), sidecar: await readFile(pathOf(sidecarKeyOf(damagedKey()))) }
})

afterAll(async () => {
  await fixture.stop()
  await store.close()
  await rm(home, { recursive: true })
})

beforeEach(async () => {
  await fixture.clear()
  await repair()
  await rm(join(home, 'objects', 'ledger'), { recursive: true, force: true })
  await rm(join(home, 'run', 'catalog.json'), { force: true })
  await rm(join(home, 'run', 'damaged-packs.json'), { force: true })
})

const pathOf = (key: string) => join(home, 'objects', key)
const damagedKey = () => keys[damagedIndex] ?? ''
const packPath = () => pathOf(damagedKey())
const sidecarPath = () => pathOf(sidecarKeyOf(damagedKey()))

async function repair(): Promise<void> {
  await writeFile(packPath(), original.pack)
  await writeFile(sidecarPath(), original.sidecar)
}

async function flip(path: string, offset: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[offset] = (bytes[offset] ?? 0) ^ 0xff
  await writeFile(path, bytes)
}

async function registeredKeys(): Promise<readonly string[]> {
  return (await fixture.catalog.listKnownPacks('packs/')).map(({ packKey }) => packKey).sort()
}

const othersOf = () => keys.filter((key) => key !== damagedKey())

describe('a pack that is damaged', () => {
  it.each<[string, string, () => Promise<void>]>([
    ['cut short', 'size-mismatch', () => truncate(packPath(), 5_000)],
    ['empty', 'size-mismatch', () => truncate(packPath(), 0)],
    ['longer than it was', 'size-mismatch', () => writeFile(packPath(), Buffer.alloc(512), { flag: 'a' })],
    ['cut short, and its sidecar gone', 'malformed-segment', () => withoutSidecar(() => truncate(packPath(), 5_000))],
    [
      'without its trailer, and its sidecar gone',
      'malformed-segment',
      () => withoutSidecar(() => truncate(packPath(), original.pack.length - 1_024)),
    ],
    ['empty, and its sidecar gone', 'malformed-segment', () => withoutSidecar(() => truncate(packPath(), 0))],
    ['one byte another in a header', 'malformed-segment', () => withoutSidecar(() => flip(packPath(), 700))],
    ['one byte another in a Part 10 prefix', 'malformed-segment', () => withoutSidecar(() => flip(packPath(), 2_200))],
  ])('is reported and keeps no other from the catalog: %s', async (_, problem, damage) => {
    await damage()
    const told: FailedPack[] = []
    const { packs } = await rebuildCatalog({ ...fixture, store, onFailed: (pack) => told.push(pack) })
    const failed = [{ packKey: damagedKey(), problem, retryable: false }]
    expect(packs).toEqual({ packs: packsMade, registered: packsMade - 1, failures: 1, failed })
    expect(told).toEqual(failed)
    expect(await registeredKeys()).toEqual(othersOf())
    await repair()
    expect((await rebuildCatalog({ ...fixture, store })).packs).toMatchObject({
      registered: 1,
      failures: 0,
    })
    expect(await contentsOf(fixture.database)).toEqual(whole)
  })

  it.each<[string, () => Promise<void>]>([
    ['missing', () => unlink(sidecarPath())],
    ['empty', () => truncate(sidecarPath(), 0)],
    ['one byte another', () => flip(sidecarPath(), original.sidecar.length >> 1)],
    ['that of another pack', async () => writeFile(sidecarPath(), await readFile(pathOf(sidecarKeyOf(keys[0] ?? ''))))],
  ])('in its sidecar alone is described anew from its bytes: %s', async (_, damage) => {
    await damage()
    const { packs } = await rebuildCatalog({ ...fixture, store })
    expect(packs).toMatchObject({ registered: packsMade, failures: 0 })
    expect(await contentsOf(fixture.database)).toEqual(whole)
    expect((await readFile(sidecarPath())).equals(original.sidecar)).toBe(true)
  })

  it('in a data set keeps its rows, which are true, and is found by its digest', async () => {
    await flip(packPath(), 4_000)
    expect((await rebuildCatalog({ ...fixture, store })).packs).toMatchObject({ failures: 0 })
    expect(await contentsOf(fixture.database)).toEqual(whole)
    const reader = await store.openReader(damagedKey())
    await expect(verifyPack(reader)).rejects.toMatchObject({ code: 'digest-mismatch' })
    await reader.close()
  })
})

/** A store in which one object, or everything, cannot be read. */
function storeWithout(isAway: (key: string) => boolean, isProbed: () => boolean): ObjectStore {
  const refuse = (key: string): void => {
    if (isAway(key)) throw new ArchiveError('store-io', { details: { key } })
  }
  return {
    ...{ kind: store.kind, describe: () => store.describe(), prepare: () => store.prepare() },
    put: (...args) => store.put(...args),
    read: async (key, range) => {
      refuse(key)
      return store.read(key, range)
    },
    openReader: async (key) => {
      refuse(key)
      return store.openReader(key)
    },
    head: (key) => store.head(key),
    list: (prefix) => store.list(prefix),
    delete: (key) => store.delete(key),
    probe: async (probed) => {
      if (!isProbed()) throw new ArchiveError('store-unavailable')
      return store.probe(probed)
    },
    close: async () => {},
  }
}

describe('a pack that cannot be read for now', () => {
  it('is reported, and registered when it can', async () => {
    let isAway = true
    const flaky = storeWithout(
      (key) => isAway && key === sidecarKeyOf(damagedKey()),
      () => true,
    )
    const { packs } = await rebuildCatalog({ ...fixture, store: flaky })
    expect(packs).toMatchObject({
      registered: packsMade - 1,
      failures: 1,
      failed: [{ problem: 'store-io', retryable: true }],
    })
    isAway = false
    expect((await rebuildCatalog({ ...fixture, store: flaky })).packs).toMatchObject({ registered: 1 })
    expect(await contentsOf(fixture.database)).toEqual(whole)
  })

  it('is no damage where the store is away as a whole', async () => {
    const away = storeWithout(
      (key) => key.startsWith('packs/'),
      () => false,
    )
    const rebuilt = rebuildCatalog({ ...fixture, store: away })
    await expect(rebuilt).rejects.toMatchObject({ code: 'store-unavailable' })
  })
})

const logger = { info: () => {}, warn: () => {}, error: (fields: unknown) => logged.push(fields), debug: () => {} }
let logged: unknown[] = []

describe('the adoption of packs without rows', () => {
  let nowMs: number
  let attempts: Map<string, number>

  beforeEach(() => {
    nowMs = Date.now()
    logged = []
    attempts = new Map()
  })

  /** Counts the attempts at each pack. */
  function countingStore(): ObjectStore {
    return storeWithout(
      (key) => {
        attempts.set(key, (attempts.get(key) ?? 0) + 1)
        return false
      },
      () => true,
    )
  }

  async function adopting() {
    const damaged = await DamagedPacks.open(join(home, 'run', 'damaged-packs.json'), () => nowMs)
    const orphans = new OrphanPacks({
      ...{ ...fixture, store: countingStore(), damaged, now: () => nowMs },
      logger: logger as never,
      identityFile: join(home, 'run', 'catalog.json'),
    })
    return { orphans, damaged, triedOnce: () => attempts.get(sidecarKeyOf(damagedKey())) ?? 0 }
  }

  it('tries a damaged pack again after a growing pause, also after a restart, and no pack waits for it', async () => {
    await truncate(packPath(), 5_000)
    const first = await adopting()
    await first.orphans.check(signal)
    expect(await registeredKeys()).toEqual(othersOf())
    expect([first.damaged.size, first.triedOnce()]).toEqual([1, 1])
    expect(logged).toMatchObject([{ packKey: damagedKey(), problem: 'size-mismatch', attempts: 1 }])
    // Rounds of every 5 s.
    for (let round = 0; round < 5; round++) {
      nowMs += 5_000
      await first.orphans.check(signal)
    }
    expect(first.triedOnce()).toBe(1)
    nowMs += damagedPacksLimits.pause.firstMs
    const restarted = await adopting()
    // Its first look is the hourly one, and then the pause is twice as long.
    await restarted.orphans.check(signal)
    expect(restarted.triedOnce()).toBe(2)
    nowMs += damagedPacksLimits.pause.firstMs
    await restarted.orphans.check(signal)
    expect(restarted.triedOnce()).toBe(2)
    await repair()
    nowMs += damagedPacksLimits.pause.firstMs
    await restarted.orphans.check(signal)
    expect(await registeredKeys()).toEqual(keys)
    expect([restarted.damaged.size, (await adopting()).damaged.size]).toEqual([0, 0])
  })

  it('forgets a damaged pack that is gone', async () => {
    await truncate(packPath(), 5_000)
    const { orphans, damaged } = await adopting()
    await orphans.check(signal)
    await unlink(packPath())
    nowMs += damagedPacksLimits.pause.firstMs
    await orphans.check(signal)
    expect(damaged.size).toBe(0)
  })

  it('brings an older database up to date, past a damaged pack', async () => {
    const { orphans, damaged } = await adopting()
    await writeOtherIdentity()
    await truncate(packPath(), 0)
    await orphans.check(signal)
    expect(await registeredKeys()).toEqual(othersOf())
    expect(damaged.size).toBe(1)
    // It is the known database from now on: nothing is listed as a whole again.
    await orphans.check(signal)
    expect(attempts.get(sidecarKeyOf(keys[0] ?? ''))).toBe(1)
  })

  it('registers nothing in an older database while a decision of the ledger cannot be read', async () => {
    const { orphans } = await adopting()
    await writeOtherIdentity()
    const payload = { kind: 'study', id: '1.2.0', visibility: 'veiled', by: 'ROSSI', at: new Date().toISOString() }
    const event = { seq: 7, type: 'visibility-changed', version: 1, at: new Date().toISOString(), payload }
    await new LedgerWriter(store).append([{ event }])
    const refusal = { code: 'malformed-event', details: { line: 2, seq: 7, path: 'visibility' } }
    await expect(orphans.check(signal)).rejects.toMatchObject(refusal)
    expect(orphans.refusal?.message).toMatch(/key=ledger\/\d{4}\/.* line=2 seq=7 type=visibility-changed/)
    expect(JSON.stringify([logged, orphans.refusal?.message])).not.toMatch(/ROSSI|veiled/)
    expect(await registeredKeys()).toEqual([])
    // Rounds within the pause say the same and read nothing.
    const reads = attempts.size
    await expect(orphans.check(signal)).rejects.toMatchObject(refusal)
    expect([attempts.size, logged.length]).toEqual([reads, 1])
    await rm(join(home, 'objects', 'ledger'), { recursive: true })
    nowMs += 61_000
    await orphans.check(signal)
    expect(orphans.refusal).toBeUndefined()
    expect(await registeredKeys()).toEqual(keys)
  })
})

/** As if the archive had seen another database before. */
async function writeOtherIdentity(): Promise<void> {
  const identity = await fixture.database.findDatabaseIdentity()
  const other = { ...identity, systemIdentifier: 'another' }
  await writeFile(join(home, 'run', 'catalog.json'), JSON.stringify(other))
}

async function withoutSidecar(damage: () => Promise<void>): Promise<void> {
  await damage()
  await unlink(sidecarPath())
}
