import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { digestOf, groupByStudy } from '../acceptance/support/identity.ts'
import type { JsonDataSet } from '../acceptance/support/metadata-comparison.ts'
import { storeByStow } from '../acceptance/support/sample-senders.ts'
import { studySamples } from '../acceptance/support/sample-set.ts'
import { privateSopClassArguments, roundsOf } from '../acceptance/support/samples.ts'
import { queryDatabase } from '../acceptance/support/sql.ts'
import { waitFor } from '../acceptance/support/wait.ts'

const entity = 'ASST-INDICE'
const testTimeoutMs = 180_000
const sopInstanceUidTag = '00080018'
/** The second round sends other bytes under known UIDs, so versions are among what must come back. */
const roundCount = 2

let archive: Archive
const rounds = roundsOf(studySamples()).slice(0, roundCount)
const samples = rounds.flat()

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: ['INDICE'], extra: privateSopClassArguments(samples) })
}, testTimeoutMs)

afterAll(() => archive.dispose())

interface Answers {
  readonly studies: readonly JsonDataSet[]
  readonly series: readonly JsonDataSet[]
  readonly instances: readonly JsonDataSet[]
  readonly metadata: Readonly<Record<string, readonly JsonDataSet[]>>
  readonly files: Readonly<Record<string, readonly string[]>>
}

/** Everything the archive answers about what it holds. */
async function answers(): Promise<Answers> {
  const web = await archive.dicomWeb('entity', { entity: entity })
  const metadata: Record<string, readonly JsonDataSet[]> = {}
  const files: Record<string, readonly string[]> = {}
  for (const uid of groupByStudy(samples).keys()) {
    metadata[uid] = await web.metadata(`/studies/${uid}`)
    files[uid] = (await web.retrieveAsReceived(`/studies/${uid}`)).map((instance) => digestOf(instance.dataSet)).sort()
  }
  return {
    studies: await web.search('/studies?limit=1000&includefield=all'),
    series: await web.search('/series?limit=1000&includefield=all'),
    instances: await web.search('/instances?limit=1000&includefield=all'),
    metadata,
    files,
  }
}

it('a catalog rebuilt from packs and ledger gives the same answers', { timeout: testTimeoutMs }, async () => {
  const web = await archive.dicomWeb('entity', { entity: entity })
  for (const round of rounds) {
    expect(await storeByStow(web, round)).toEqual([])
    await waitForInstances(round.map((sample) => sample.sopInstanceUid))
  }
  const hidden = String(samples[0]?.studyInstanceUid)
  const later = '2.25.4711'
  for (const uid of [hidden, later]) await hide(uid)
  expect(await isSeen(hidden)).toBe(false)
  const before = await answers()
  const entities = await archive.vnaJson(['entity', 'list'])
  await waitForLedger()
  await archive.stop()
  await rm(join(archive.home, 'postgres'), { recursive: true })
  await archive.start()
  const report = await archive.vnaJson(['reindex'], { timeoutMs: testTimeoutMs })
  expect(report).toMatchObject({ ok: true, erasedEvents: 0 })
  expect(await archive.vnaJson(['entity', 'list'])).toEqual(entities)
  const after = await answers()
  expect(after.instances.length).toBe(before.instances.length)
  expect(after).toEqual(before)
  expect(await isSeen(hidden)).toBe(false)
  // The decision about what never came is there too, for when it comes.
  const waiting = await queryDatabase(archive.home, `select visibility from visibility_decisions where id = '${later}'`)
  expect(waiting).toEqual([{ visibility: 1 }])
})

/** Decisions leave the database within a second or two. */
async function waitForLedger(): Promise<void> {
  const pending = async () => queryDatabase(archive.home, 'select seq from events where shipped_at is null')
  await waitFor(async () => ((await pending()).length === 0 ? true : undefined), { what: 'the ledger to have all' })
}

async function hide(studyInstanceUid: string): Promise<void> {
  const response = await fetch(`${archive.url}/fse/v1/studies/${studyInstanceUid}/visibility`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await archive.token('fse', { purpose: 'TREATMENT' })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ visibility: 'hidden' }),
  })
  expect(response.status).toBe(204)
}

/** By the health record, for treatment. */
async function isSeen(studyInstanceUid: string): Promise<boolean> {
  const web = await archive.dicomWeb('fse', { purpose: 'TREATMENT' })
  expect((await web.search('/studies?limit=1000')).length).toBeGreaterThan(0)
  return (await web.search(`/studies?StudyInstanceUID=${studyInstanceUid}`)).length > 0
}

async function waitForInstances(uids: readonly string[]): Promise<void> {
  const web = await archive.dicomWeb('entity', { entity: entity })
  await waitFor(async () => {
    const found = new Set(
      (await web.search('/instances?limit=1000')).map((item) => item[sopInstanceUidTag]?.Value?.[0]),
    )
    return uids.every((uid) => found.has(uid)) ? true : undefined
  })
}
