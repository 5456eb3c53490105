import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import type { DicomWeb } from '../acceptance/support/dicomweb.ts'
import { ctImageStorage, explicitLittleEndian, makeFixture } from '../acceptance/support/fixtures.ts'
import { openAssociation, releaseAssociation, storeRaw } from '../acceptance/support/raw-association.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { waitFor } from '../acceptance/support/wait.ts'

const studies = bySchedule({ short: 8, long: 60 })
const instancesPerStudy = 10
const pixelBytes = 512 * 512 * 2
const limitMs = 3_000
const entity = 'ASST-VISIBILE'
const titles = { callingAeTitle: 'VISIBILE', calledAeTitle: 'VNA' }
const startTimeoutMs = 120_000
const testTimeoutMs = 600_000

let archive: Archive
let web: DicomWeb

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: [titles.callingAeTitle] })
  web = await archive.dicomWeb('entity', { entity: entity })
}, startTimeoutMs)

afterAll(() => archive.dispose())

/** From the acknowledgement of a study's last instance until a query counts all of them. */
async function measureOne(study: string, options: { release: boolean }): Promise<number> {
  const fixtures = Array.from({ length: instancesPerStudy }, (_, index) =>
    makeFixture({ study, number: index + 1, pixelBytes: pixelBytes }),
  )
  const contexts = [{ id: 1, abstractSyntaxUid: ctImageStorage, transferSyntaxUid: explicitLittleEndian }]
  const association = await openAssociation(archive.ports.dimse, { ...titles, contexts })
  for (const [index, fixture] of fixtures.entries()) {
    const outcome = await storeRaw(association, { contextId: 1, ...fixture }, index + 1)
    expect(outcome).toMatchObject({ kind: 'answered', answer: { status: 0 } })
  }
  const acknowledgedAt = performance.now()
  if (options.release) await releaseAssociation(association.connection)
  const path = `/studies?StudyInstanceUID=${fixtures[0]!.studyInstanceUid}`
  const isComplete = async () => (await web.search(path))[0]?.['00201208']?.Value?.[0] === instancesPerStudy
  await waitFor(async () => ((await isComplete()) ? true : undefined), { everyMs: 20 })
  const elapsedMs = performance.now() - acknowledgedAt
  association.connection.destroy()
  return elapsedMs
}

async function measureAll(name: string, options: { release: boolean }): Promise<number> {
  const elapsed: number[] = []
  for (let study = 0; study < studies; study += 1) elapsed.push(await measureOne(`${name}-${study}`, options))
  elapsed.sort((left, right) => left - right)
  const p95 = elapsed[Math.ceil(elapsed.length * 0.95) - 1]!
  console.log(
    `${name}: visible after ${p95.toFixed(0)} ms (p95 of ${studies}), median ${elapsed[studies >> 1]!.toFixed(0)} ms`,
  )
  return p95
}

describe('a study is visible to a query within 3 s of its last acknowledgement (p95)', () => {
  it('when its association is released', { timeout: testTimeoutMs }, async () => {
    expect(await measureAll('released', { release: true })).toBeLessThan(limitMs)
  })

  it('when its association stays open', { timeout: testTimeoutMs }, async () => {
    expect(await measureAll('open', { release: false })).toBeLessThan(limitMs)
  })

  it('at half load', { timeout: testTimeoutMs }, async () => {
    const load = startLoad()
    expect(await measureAll('half-load', { release: true })).toBeLessThan(limitMs)
    expect(await load.stop()).toBeGreaterThan(0)
  })
})

/** A second sender that pauses as long as each of its instances took: half of what one association could carry. */
function startLoad(): { stop(): Promise<number> } {
  let running = true
  const run = async () => {
    const contexts = [{ id: 1, abstractSyntaxUid: ctImageStorage, transferSyntaxUid: explicitLittleEndian }]
    const association = await openAssociation(archive.ports.dimse, { ...titles, contexts })
    let sent = 0
    while (running) {
      const fixture = makeFixture({ study: `load-${Math.floor(sent / 100)}`, number: sent, pixelBytes: pixelBytes })
      const startedAt = performance.now()
      await storeRaw(association, { contextId: 1, ...fixture }, (sent % 65_000) + 1)
      await sleep(performance.now() - startedAt)
      sent += 1
    }
    await releaseAssociation(association.connection)
    return sent
  }
  const done = run()
  return {
    stop: () => {
      running = false
      return done
    },
  }
}
