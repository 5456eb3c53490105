import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { digestOf, groupByStudy } from '../acceptance/support/identity.ts'
import type { JsonDataSet } from '../acceptance/support/metadata-comparison.ts'
import { storeByStow } from '../acceptance/support/sample-senders.ts'
import { studySamples } from '../acceptance/support/sample-set.ts'
import { privateSopClassArguments, roundsOf } from '../acceptance/support/samples.ts'
import { waitFor } from '../acceptance/support/wait.ts'

const ENTITY = 'ASST-INDICE'
const TEST_TIMEOUT_MS = 180_000
const SOP_INSTANCE_UID = '00080018'
/** The second round sends other bytes under known UIDs, so versions are among what must come back. */
const ROUNDS = 2

let archive: Archive
const rounds = roundsOf(studySamples()).slice(0, ROUNDS)
const samples = rounds.flat()

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: ENTITY, aeTitles: ['INDICE'], extra: privateSopClassArguments(samples) })
}, TEST_TIMEOUT_MS)

afterAll(() => archive.dispose())

type Answers = {
  readonly studies: readonly JsonDataSet[]
  readonly series: readonly JsonDataSet[]
  readonly instances: readonly JsonDataSet[]
  readonly metadata: Readonly<Record<string, readonly JsonDataSet[]>>
  readonly files: Readonly<Record<string, readonly string[]>>
}

/** Everything the archive answers about what it holds. */
async function answers(): Promise<Answers> {
  const web = await archive.dicomWeb('entity', { entity: ENTITY })
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

it('a catalog rebuilt from packs and ledger gives the same answers', { timeout: TEST_TIMEOUT_MS }, async () => {
  const web = await archive.dicomWeb('entity', { entity: ENTITY })
  for (const round of rounds) {
    expect(await storeByStow(web, round)).toEqual([])
    await waitForInstances(round.map((sample) => sample.sopInstanceUid))
  }
  const before = await answers()
  const entities = await archive.vnaJson(['entity', 'list'])
  await archive.stop()
  await rm(join(archive.home, 'postgres'), { recursive: true })
  await archive.start()
  await archive.vnaJson(['reindex'], { timeoutMs: TEST_TIMEOUT_MS })
  expect(await archive.vnaJson(['entity', 'list'])).toEqual(entities)
  const after = await answers()
  expect(after.instances.length).toBe(before.instances.length)
  expect(after).toEqual(before)
})

async function waitForInstances(uids: readonly string[]): Promise<void> {
  const web = await archive.dicomWeb('entity', { entity: ENTITY })
  await waitFor(async () => {
    const found = new Set((await web.search('/instances?limit=1000')).map((item) => item[SOP_INSTANCE_UID]?.Value?.[0]))
    return uids.every((uid) => found.has(uid)) ? true : undefined
  })
}
