import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registerStoredPack } from '../../packages/registration/src/index.ts'
import { type Fixture, makeFixture } from '../acceptance/support/fixtures.ts'
import { uidOf } from '../acceptance/support/generated.ts'
import { makeRejectionNote } from '../acceptance/support/rejection-note.ts'
import type { Incoming } from './support-archive.ts'
import { replayEvents } from './support-catalog.ts'
import { LinkerFixture, until } from './support-linker.ts'

const patientId = 'RSSMRA80A01F205X'

let fixture: LinkerFixture

beforeAll(async () => {
  fixture = await LinkerFixture.start()
}, 60_000)
afterAll(() => fixture.stop())

const imageOf = (study: string, number: number): Fixture => makeFixture({ study, number, patientId })

function fileOf({ file, studyInstanceUid, sopInstanceUid }: Fixture): Incoming {
  return { part10: file, studyInstanceUid, sopInstanceUid }
}

function noteOf(study: string, rejected: readonly Fixture[]): Incoming {
  const part10 = makeRejectionNote({ study, rejected, patientId })
  return { part10, studyInstanceUid: uidOf(study), sopInstanceUid: uidOf(`${study}/note`) }
}

/** The publication is at rest. */
async function untilSettled(study: string): Promise<string> {
  const { publications } = fixture.catalog.healthRecord
  let state = ''
  await until('settled', async () => {
    const [publication] = await publications.list({ studyInstanceUid: uidOf(study) })
    const [row] = await fixture.catalog.database.sql<{ busy: boolean }[]>`
      select coalesce(due_at, leased_until) is not null as busy from publications
      where study_instance_uid = ${uidOf(study)}`
    state = publication?.state ?? ''
    return publication?.dirtySince === null && row?.busy === false
  })
  return state
}

/** SOP Instance UIDs in the manifest that is registered, as the health record reads it. */
async function sharedOf(study: string): Promise<readonly string[]> {
  const answer = await fixture.fetch(`/fhir/ImagingStudy?identifier=urn:oid:${uidOf(study)}`)
  const bundle = (await answer.json()) as { entry?: { resource: { series: { instance: { uid: string }[] }[] } }[] }
  const series = (bundle.entry ?? []).flatMap(({ resource }) => resource.series)
  return series.flatMap(({ instance }) => instance.map(({ uid }) => uid)).toSorted()
}

async function rejectedOf(study: string): Promise<readonly string[]> {
  const rows = await fixture.catalog.database.sql<{ sop: string; reason: string }[]>`
    select sop_instance_uid as sop, reason from rejected_instances where study_instance_uid = ${uidOf(study)}`
  return rows.map(({ sop, reason }) => `${sop} ${reason}`).toSorted()
}

const uids = (...images: readonly Fixture[]) => images.map(({ sopInstanceUid }) => sopInstanceUid).toSorted()

describe('a rejection note', () => {
  it('that comes before its image rejects it when it comes', async () => {
    const [wrong, right] = [imageOf('note first', 1), imageOf('note first', 2)]
    await fixture.archive([noteOf('note first', [wrong])])
    expect(await untilSettled('note first')).toBe('WITHDRAWN')
    await fixture.archive([fileOf(wrong), fileOf(right)])
    expect(await untilSettled('note first')).toBe('REGISTERED')
    expect(await sharedOf('note first')).toEqual(uids(right))
  })

  it('that rejects all of a study keeps it out of the registry', async () => {
    const wrong = imageOf('nothing left', 1)
    await fixture.archive([noteOf('nothing left', [wrong])])
    await untilSettled('nothing left')
    await fixture.archive([fileOf(wrong)])
    expect(await untilSettled('nothing left')).toBe('WITHDRAWN')
    expect(await sharedOf('nothing left')).toEqual([])
  })

  it('of which one image was there and one comes late rejects both', async () => {
    const [first, second, kept] = [1, 2, 3].map((number) => imageOf('one late', number)) as [Fixture, Fixture, Fixture]
    await fixture.archive([fileOf(first), fileOf(kept)])
    await untilSettled('one late')
    await fixture.archive([noteOf('one late', [first, second])])
    await untilSettled('one late')
    expect(await sharedOf('one late')).toEqual(uids(kept))
    await fixture.archive([fileOf(second)])
    await untilSettled('one late')
    expect(await sharedOf('one late')).toEqual(uids(kept))
    expect((await rejectedOf('one late')).length).toBe(3)
  })

  it('speaks for the images of its sender only, whichever comes first', async () => {
    const [theirs, ours] = [imageOf('two senders', 1), imageOf('two senders', 2)]
    await fixture.archive([fileOf(ours)], 'ASST-A')
    await fixture.archive([noteOf('two senders', [theirs, ours])], 'ASST-B')
    await untilSettled('two senders')
    await fixture.archive([fileOf(theirs)], 'ASST-B')
    await untilSettled('two senders')
    expect(await sharedOf('two senders')).toEqual(uids(ours))
  })

  it('counts by who sent an image first, although a reindex may meet the other pack first', async () => {
    const study = 'same image twice'
    const [image, kept] = [imageOf(study, 1), imageOf(study, 2)]
    const keys = [
      ...(await fixture.archive([fileOf(image), fileOf(kept)], 'ASST-A')),
      ...(await fixture.archive([fileOf(image)], 'ASST-B')),
      ...(await fixture.archive([noteOf(study, [image])], 'ASST-B')),
    ]
    await untilSettled(study)
    expect(await sharedOf(study)).toEqual(uids(image, kept))
    await reindex(keys.toReversed(), { study, withLedger: false })
    expect(await sharedOf(study)).toEqual(uids(image, kept))
  })

  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const

  it.each(orders)('gives the same in the order %i %i %i, and after a reindex in any', async (...order) => {
    const study = `order ${order.join('')}`
    const [wrong, kept] = [imageOf(study, 1), imageOf(study, 2)]
    const files = [noteOf(study, [wrong]), fileOf(wrong), fileOf(kept)]
    const keys: string[] = []
    for (const place of order) {
      const file = files[place]
      if (file !== undefined) keys.push(...(await fixture.archive([file])))
      await untilSettled(study)
    }
    const [shared, rejected] = [await sharedOf(study), await rejectedOf(study)]
    expect(shared).toEqual(uids(kept))
    expect(rejected.length).toBe(2)

    await reindex(keys.toReversed(), { study, withLedger: order[0] === 0 })
    expect([await sharedOf(study), await rejectedOf(study)]).toEqual([shared, rejected])
  })
})

/** Into an empty catalog, the study published after each pack; without the ledger, packs alone must tell. */
async function reindex(
  keys: readonly string[],
  { study, withLedger }: { readonly study: string; readonly withLedger: boolean },
): Promise<void> {
  const { database, catalog } = fixture.catalog
  const events = await database.sql<{ type: string; payload: Record<string, unknown> }[]>`
    select type, payload from events order by seq`
  await fixture.stopService()
  const tables = await database.sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'`
  await database.sql.unsafe(`truncate ${tables.map(({ name }) => name).join(', ')} restart identity cascade`)
  await database.migrate()
  if (withLedger) await replayEvents(fixture.catalog, events)
  await fixture.startService()
  for (const packKey of keys) {
    await registerStoredPack({ store: fixture.store, catalog }, packKey)
    await fixture.makeStable()
    await untilSettled(study)
  }
}
