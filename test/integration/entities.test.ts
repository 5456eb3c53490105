import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openCatalog } from '../../packages/catalog/src/index.ts'
import { openDatabase } from '../../packages/database/src/index.ts'
import {
  addEntity,
  EntityDirectory,
  EntityError,
  listEntities,
  updateEntity,
} from '../../packages/entities/src/index.ts'
import { type CatalogFixture, replayEvents, samplePack, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture
let folder: string

beforeAll(async () => {
  fixture = await startCatalog()
  folder = await mkdtemp(join(tmpdir(), 'vna-entities-'))
})
afterAll(async () => {
  await fixture.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => fixture.clear())

const settings = {
  code: 'ASST-A',
  kind: 'EEP',
  name: 'Ospedale A',
  aeTitles: ['PACS_A'],
  hosts: ['127.0.0.1'],
} as const

describe('the registry', () => {
  it('adds an entity and its event together', async () => {
    await addEntity(fixture.catalog, settings)
    const [entity] = await listEntities(fixture.catalog)
    expect(entity).toMatchObject({ ...settings, status: 'active', duplicatePolicy: 'version', studyStableMs: null })
    const [event] = await fixture.database.pendingLedgerEvents()
    expect(event).toMatchObject({ type: 'entity-added', payload: { ...settings } })
  })

  it.each([
    ['the same code', { ...settings }, 'entity-exists'],
    ['the title of another from the same host', { ...settings, code: 'ASST-B' }, 'ae-title-taken'],
    ['the title of another from anywhere', { ...settings, code: 'ASST-B', hosts: [] }, 'ae-title-taken'],
    ['the alias of another', { ...settings, code: 'ASST-B', aeTitles: ['B'], calledAliases: ['VNA_A'] }, 'alias-taken'],
    ['a bad code', { ...settings, code: 'asst b' }, 'invalid-entity'],
    ['a bad AE title', { ...settings, code: 'ASST-B', aeTitles: ['LONGER-THAN-SIXTEEN'] }, 'invalid-entity'],
  ])('refuses %s and changes nothing', async (_, wrong, code) => {
    await addEntity(fixture.catalog, { ...settings, calledAliases: ['VNA_A'] })
    const failure = await addEntity(fixture.catalog, wrong).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(EntityError)
    expect(failure).toMatchObject({ code })
    expect(await listEntities(fixture.catalog)).toHaveLength(1)
    expect(await fixture.database.pendingLedgerEvents()).toHaveLength(1)
  })

  it('takes an AE title twice where hosts tell the entities apart', async () => {
    await addEntity(fixture.catalog, settings)
    await addEntity(fixture.catalog, { ...settings, code: 'ASST-B', hosts: ['10.0.0.2'] })
    expect(await listEntities(fixture.catalog)).toHaveLength(2)
  })

  it('lets one of many win who add the same title at once', async () => {
    const results = await Promise.allSettled(
      ['A', 'B', 'C', 'D'].map((letter) => addEntity(fixture.catalog, { ...settings, code: letter })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('changes what is given and leaves the rest', async () => {
    await addEntity(fixture.catalog, { ...settings, studyStableMs: 1000 })
    await updateEntity(fixture.catalog, 'ASST-A', { status: 'suspended', duplicatePolicy: 'keep-first' })
    const [entity] = await listEntities(fixture.catalog)
    expect(entity).toMatchObject({ status: 'suspended', duplicatePolicy: 'keep-first', studyStableMs: 1000 })
    await expect(updateEntity(fixture.catalog, 'NOBODY', {})).rejects.toMatchObject({ code: 'unknown-entity' })
  })

  it('comes back from its events, in whatever state it was', async () => {
    await addEntity(fixture.catalog, settings)
    await updateEntity(fixture.catalog, 'ASST-A', { duplicatePolicy: 'refuse' })
    await updateEntity(fixture.catalog, 'ASST-A', { name: 'Nuovo nome' })
    const expected = await listEntities(fixture.catalog)
    const policies = () => fixture.database.sql`select since, duplicate_policy from entity_policies order by since`
    const expectedPolicies = [...(await policies())]
    const events = await fixture.database.pendingLedgerEvents()
    const replay = async () => {
      await replayEvents(fixture, events)
    }
    await replay()
    expect(await listEntities(fixture.catalog), 'over the newest').toEqual(expected)
    await fixture.clear()
    await fixture.catalog.registerPack(samplePack([{ entity: 'ASST-A' }])) // packs before the ledger
    expect(await listEntities(fixture.catalog)).toEqual([])
    await replay()
    expect(await listEntities(fixture.catalog), 'over nothing').toEqual(expected)
    expect([...(await policies())]).toEqual(expectedPolicies)
    expect(await fixture.database.pendingLedgerEvents(), 'a replay is no new decision').toEqual([])
  })
})

describe('the directory', () => {
  const openDirectory = (file: string, catalog = fixture.catalog, failures: unknown[] = []) =>
    EntityDirectory.open({
      catalog,
      snapshotFile: join(folder, file),
      ownAeTitles: ['VNA'],
      admitsUnproven: true,
      refreshMs: 20,
      onRefreshFailed: (error) => failures.push(error),
    })
  const caller = { callingAeTitle: 'PACS_A', calledAeTitle: 'VNA', address: '127.0.0.1' }

  it('learns of a new entity by itself and keeps a local copy', async () => {
    const directory = await openDirectory('one/entities.json')
    expect(directory.resolveCaller(caller)).toEqual({ kind: 'unknown', why: 'caller-unknown' })
    await addEntity(fixture.catalog, settings)
    await expect.poll(() => directory.findByCode('ASST-A')?.name, { timeout: 5000 }).toBe('Ospedale A')
    expect(directory.resolveCaller(caller)).toMatchObject({ kind: 'entity', entity: { code: 'ASST-A' } })
    await directory.close()
    expect(await readdir(join(folder, 'one'))).toEqual(['entities.json'])
    expect(JSON.parse(await readFile(join(folder, 'one/entities.json'), 'utf8')).entities).toHaveLength(1)
  })

  it('starts and goes on from the copy while PostgreSQL is away', async () => {
    await addEntity(fixture.catalog, settings)
    await (await openDirectory('two.json')).close()
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:9/none', applicationName: 'catalog-test' })
    const failures: unknown[] = []
    const directory = await openDirectory('two.json', openCatalog(away), failures)
    expect(directory.source).toBe('snapshot')
    expect(directory.resolveCaller(caller)).toMatchObject({ kind: 'entity' })
    await sleep(60)
    expect(failures.length).toBeGreaterThan(0)
    expect(directory.resolveCaller(caller)).toMatchObject({ kind: 'entity' })
    await directory.close()
    await away.close()
  })

  it('knows nobody without catalog and copy, or with a damaged copy', async () => {
    await writeFile(join(folder, 'three.json'), '{"format":1,"entit')
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:9/none', applicationName: 'catalog-test' })
    const directory = await openDirectory('three.json', openCatalog(away))
    expect(directory.source).toBe('none')
    expect(directory.resolveCaller(caller)).toEqual({ kind: 'unknown', why: 'caller-unknown' })
    await directory.close()
    await away.close()
  })
})
