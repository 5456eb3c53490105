import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { brokenSamples, type Expectation, type Outcome } from './support/broken-samples.ts'
import type { DicomWeb } from './support/dicomweb.ts'
import { ctImageStorage, makeFixture } from './support/fixtures.ts'
import { uidOf } from './support/generated.ts'
import { splitPart10 } from './support/part10.ts'
import { echo, openAssociation, storeRaw } from './support/raw-association.ts'
import { dicomdir, studylessSamples } from './support/sample-set.ts'
import { isBroken, privateSopClassArguments, readSamples, type Sample } from './support/samples.ts'
import { waitFor } from './support/wait.ts'

const entity = 'ASST-ROTTI'
const titles = { callingAeTitle: 'ROTTI', calledAeTitle: 'VNA' }
const startTimeoutMs = 90_000
const testTimeoutMs = 30_000

const samples = readSamples()
let archive: Archive
let web: DicomWeb

beforeAll(async () => {
  archive = await Archive.start()
  const extra = privateSopClassArguments(samples)
  await archive.addEntity({ code: entity, aeTitles: [titles.callingAeTitle], extra })
  web = await archive.dicomWeb('entity', { entity: entity })
}, startTimeoutMs)

afterAll(() => archive.dispose())

/** The data set as it would travel: what follows the file meta, or the whole file where there is none. */
function travelling(sample: Sample, expectation: Expectation): { dataSet: Buffer; transferSyntaxUid: string } {
  const bytes = readFileSync(sample.absolutePath)
  if (expectation.transferSyntaxUid !== undefined && sample.transferSyntaxUid === '(none)') {
    return { dataSet: bytes, transferSyntaxUid: expectation.transferSyntaxUid }
  }
  return splitPart10(bytes)
}

async function storeByCStore(sample: Sample, expectation: Expectation): Promise<'accepted' | 'refused'> {
  const { dataSet, transferSyntaxUid } = travelling(sample, expectation)
  const sopClassUid = sample.sopClassUid || ctImageStorage
  const sopInstanceUid = sample.sopInstanceUid || uidOf(sample.path)
  const contexts = [{ id: 1, abstractSyntaxUid: sopClassUid, transferSyntaxUid }]
  const association = await openAssociation(archive.ports.dimse, { ...titles, contexts })
  if (association.acceptedIds.length === 0) {
    association.connection.destroy()
    return 'refused' // in the negotiation already
  }
  const outcome = await storeRaw(association, { contextId: 1, sopClassUid, sopInstanceUid, dataSet })
  association.connection.destroy()
  if (outcome.kind !== 'answered') throw new Error(`no answer: ${outcome.kind}`)
  if (outcome.answer.status === 0) return 'accepted'
  expect(outcome.answer).toMatchObject({ errorComment: expect.stringMatching(/\w{4}/) })
  return 'refused'
}

async function storeByStow(sample: Sample): Promise<'accepted' | 'refused'> {
  const answer = await web.store([readFileSync(sample.absolutePath)])
  if (answer.storedUids.length === 1) return 'accepted'
  expect(answer.httpStatus).toBe(409)
  expect(answer.failures).toMatchObject([{ reason: expect.any(Number), comment: expect.stringMatching(/\w{4}/) }])
  return 'refused'
}

/** An accepted instance is either shown or in quarantine, where the operator finds it with its reason. */
function whereabouts(sample: Sample, expectation: Expectation): Promise<Outcome> {
  const { dataSet } = travelling(sample, expectation)
  return waitFor(async () => {
    if (sample.studyInstanceUid !== '') {
      const shown = await web.retrieveAsReceived(`/studies/${sample.studyInstanceUid}`).catch(() => [])
      if (shown.some((instance) => instance.dataSet.equals(dataSet))) return 'stored' as const
    }
    const list = JSON.stringify(await archive.vnaJson(['quarantine', 'list', '--limit', '1000']))
    return list.includes(sample.sopInstanceUid) ? ('quarantined' as const) : undefined
  })
}

async function expectAlive(): Promise<void> {
  expect(await echo(archive.ports.dimse, titles)).toBe(0)
  expect((await fetch(`${archive.url}/health/ready`)).status).toBe(200)
}

describe('each broken sample gets what its manifest expects, and the service lives on', () => {
  const broken = samples.filter(isBroken)

  it('is in the table, and nothing else is', () => {
    const expected = broken.length === 0 ? [] : Object.keys(brokenSamples).sort()
    expect(broken.map((sample) => sample.path).sort()).toEqual(expected)
  })

  it.each(broken.map((sample) => [sample.path, sample] as const))(
    '%s',
    async (path, sample) => {
      const expectation = brokenSamples[path]!
      const byStow = await storeByStow(sample)
      expect(byStow === 'refused' ? byStow : await whereabouts(sample, expectation), 'by STOW-RS').toBe(
        expectation.stow,
      )
      await expectAlive()
      const byCStore = await storeByCStore(sample, expectation)
      const found = byCStore === 'refused' ? byCStore : await whereabouts(sample, expectation)
      expect(found, 'by C-STORE').toBe(expectation.cStore)
      await expectAlive()
    },
    testTimeoutMs,
  )
})

describe('objects that belong to no study', () => {
  const withoutStudy = studylessSamples()
  const rows = (isDirectory: boolean) =>
    withoutStudy
      .filter((sample) => (sample.sopClassUid === dicomdir) === isDirectory)
      .map((sample) => [sample.path, sample] as const)

  it.each(rows(false))('%s is stored and read back by the command', async (_path, sample) => {
    expect(await storeByStow(sample)).toBe('accepted')
    const { dataSet } = splitPart10(readFileSync(sample.absolutePath))
    const output = `${archive.home}/read-back.dcm`
    await waitFor(async () => {
      const result = await archive.vna(['instance', 'get', sample.sopInstanceUid, '--output', output])
      return result.exitCode === 0 ? true : undefined
    })
    expect(splitPart10(readFileSync(output)).dataSet.equals(dataSet)).toBe(true)
  })

  it('are kept aside, where another reader names their elements to the operator', async () => {
    const [, sample] = rows(false)[0]!
    interface Entry {
      readonly id: number
      readonly sopInstanceUid?: string
    }
    const entries = await archive.vnaJson<readonly Entry[]>(['quarantine', 'list', '--limit', '1000'])
    const entry = entries.find(({ sopInstanceUid }) => sopInstanceUid === sample.sopInstanceUid)
    const shown = await archive.vnaJson<{ readonly elements: readonly { readonly keyword?: string }[] }>([
      ...['quarantine', 'show', String(entry?.id), '--elements'],
    ])
    expect(shown).not.toHaveProperty('problem')
    expect(shown.elements.map(({ keyword }) => keyword)).toEqual(
      expect.arrayContaining(['TransferSyntaxUID', 'SOPClassUID', 'SOPInstanceUID']),
    )
  })

  it.each(rows(true))('%s is refused: a DICOMDIR is an index of a medium', async (_path, sample) => {
    expect(await storeByStow(sample)).toBe('refused')
    expect(await storeByCStore(sample, { stow: 'refused', cStore: 'refused', why: 'DICOMDIR' })).toBe('refused')
  })
})

it(
  'an honest instance is still accepted and shown after all of them',
  async () => {
    const fixture = makeFixture({ study: 'after the broken ones', number: 1 })
    expect((await web.store([fixture.file])).httpStatus).toBe(200)
    await waitFor(async () =>
      (await web.retrieveAsReceived(`/studies/${fixture.studyInstanceUid}`)).length === 1 ? true : undefined,
    )
  },
  testTimeoutMs,
)
