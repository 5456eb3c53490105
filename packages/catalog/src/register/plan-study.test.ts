import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { catalogLimits } from '../limits.ts'
import { compareArrivals } from '../versions/current-version.ts'
import { type KnownVersion, planStudy, type StudyPlan } from './plan-study.ts'
import { describeInstances, type PreparedInstance, prepareInstances, type SendingEntity } from './prepared-instance.ts'

const ofOwner = { ownerEntityId: 1 }
const entities = new Map<string, SendingEntity>(
  ['OWNER', 'OTHER'].map((code, index) => [code, { id: index + 1, code, studyStableMs: null, policies: [] }]),
)
const segmentId = 's'

interface Sent {
  readonly sop?: string
  readonly bytes?: string
  readonly series?: string
  readonly second?: number
  readonly from?: 'OWNER' | 'OTHER'
  readonly offset?: number
}

/** Instances as `prepareInstances` gives them: in the order in which they arrived. */
function arriving(...sent: readonly Sent[]): readonly PreparedInstance[] {
  const described = describeInstances(
    sent.map(({ sop = '1.1', bytes = 'a', series = '1.2', second = 0, from = 'OWNER', offset = 512 }, seq) => ({
      header: {
        ...{ sopClassUid: '1.2.840.10008.5.1.4.1.1.2', sopInstanceUid: sop, studyInstanceUid: '1' },
        ...{ seriesInstanceUid: series, patient: { otherIds: [] }, study: {}, series: {}, instance: {} },
      },
      ...{ entityCode: from, source: 'test', receivedAt: new Date(second * 1000), seq, offset, lengthBytes: 1 },
      ...{ sha256: Buffer.from(bytes), dataSetOffset: 0, transferSyntaxUid: '1.2.840.10008.1.2.1' },
    })),
  )
  return prepareInstances(segmentId, described, entities)
}

/** The catalog as it stands after a plan, in the words of the next one. */
function known(...plans: readonly StudyPlan[]): readonly KnownVersion[] {
  const versions = new Map<string, KnownVersion>()
  const put = (version: KnownVersion) => versions.set(`${version.sopHash}/${version.version}`, version)
  const get = (sopHash: number, version: number) => versions.get(`${sopHash}/${version}`)!
  for (const plan of plans) {
    for (const { instance, version, current } of plan.newVersions) {
      const { sopInstanceUid, sopHash, sha256, seriesInstanceUid, arrival } = instance
      put({ sopInstanceUid, sopHash, version, sha256, current, seriesInstanceUid, arrivals: [arrival] })
    }
    for (const { instance, version } of [...plan.newCopies, ...plan.earlierArrivals]) {
      const row = get(instance.sopHash, version)
      put({ ...row, arrivals: [...row.arrivals, instance.arrival] })
    }
    for (const { sopHash, version, current } of plan.currentChanges) put({ ...get(sopHash, version), current })
  }
  return [...versions.values()]
}

const first = planStudy([], arriving({}), ofOwner)
const rowsOf = ({ newVersions }: StudyPlan) =>
  newVersions.map(({ instance, version, current }) => `${instance.sopInstanceUid} ${version} ${current}`)

describe('the plan of an empty study', () => {
  it('has one current row for each SOP Instance UID, counted in its series', () => {
    const sent = arriving({ sop: '1.1' }, { sop: '1.3', offset: 1024 }, { sop: '1.4', series: '1.5', offset: 2048 })
    const plan = planStudy([], sent, ofOwner)
    expect(plan.newVersions).toEqual(sent.map((instance) => ({ instance, version: 1, current: true })))
    expect([...plan.seriesDeltas]).toEqual([
      ['1.2', 2],
      ['1.5', 1],
    ])
    expect(plan).toMatchObject({ newCopies: [], earlierArrivals: [], currentChanges: [], excess: [], isChanged: true })
  })

  it('tells apart different bytes under one UID, and shows what its owner sent last', () => {
    const plan = planStudy([], arriving({ bytes: 'a' }, { bytes: 'b', second: 1 }), ofOwner)
    expect(rowsOf(plan)).toEqual(['1.1 1 false', '1.1 2 true'])
    expect([...plan.seriesDeltas]).toEqual([['1.2', 1]])
  })

  it('keeps the version of an entity that is not the owner without showing it', () => {
    const plan = planStudy([], arriving({ bytes: 'a' }, { bytes: 'b', second: 1, from: 'OTHER' }), ofOwner)
    expect(rowsOf(plan)).toEqual(['1.1 1 true', '1.1 2 false'])
  })

  it('counts a version that moved to another series there', () => {
    const plan = planStudy([], arriving({ bytes: 'a' }, { bytes: 'b', second: 1, series: '1.5' }), ofOwner)
    expect([...plan.seriesDeltas]).toEqual([['1.5', 1]])
  })

  it('makes the same bytes, twice in one pack, a row and a copy of it', () => {
    const [earlier, later] = arriving({}, { second: 1, offset: 1024 })
    const plan = planStudy([], [earlier!, later!], ofOwner)
    expect(plan.newVersions).toEqual([{ instance: earlier, version: 1, current: true }])
    expect(plan.newCopies).toEqual([{ instance: later, version: 1 }])
    expect(plan.earlierArrivals).toEqual([])
  })

  it('lists every UID with its versions and arrivals', () => {
    const [a, b] = arriving({ bytes: 'a' }, { bytes: 'b', second: 1, series: '1.5' })
    expect(planStudy([], [a!, b!], ofOwner).instances).toMatchObject([
      {
        sopHash: a?.sopHash,
        versions: [
          { version: 1, seriesInstanceUid: '1.2', arrivals: [a?.arrival] },
          { version: 2, seriesInstanceUid: '1.5', arrivals: [b?.arrival] },
        ],
      },
    ])
  })
})

describe('the plan of a study that has the instance', () => {
  it('is a copy when the same bytes come later, and the study has not changed', () => {
    const again = arriving({ second: 5 })
    const plan = planStudy(known(first), again, ofOwner)
    expect(plan.newCopies).toEqual([{ instance: again[0], version: 1 }])
    expect(plan).toMatchObject({ newVersions: [], earlierArrivals: [], currentChanges: [], isChanged: false })
    expect([...plan.seriesDeltas]).toEqual([])
  })

  it('gives the row to bytes that arrived earlier than it says', () => {
    const late = planStudy([], arriving({ second: 9 }), ofOwner)
    const [earlier] = arriving({ second: 1 })
    const plan = planStudy(known(late), [earlier!], ofOwner)
    expect(plan.earlierArrivals).toEqual([{ instance: earlier, version: 1 }])
    expect(plan).toMatchObject({ newVersions: [], newCopies: [], isChanged: false })
  })

  it('gives the row to the earliest of several; the others are copies', () => {
    const late = planStudy([], arriving({ second: 9 }), ofOwner)
    const sent = arriving({ second: 1 }, { second: 2 })
    const plan = planStudy(known(late), sent, ofOwner)
    expect(plan.earlierArrivals).toEqual([{ instance: sent[0], version: 1 }])
    expect(plan.newCopies).toEqual([{ instance: sent[1], version: 1 }])
  })

  it('takes what arrived at the very same place for a copy', () => {
    const same = arriving({})
    expect(planStudy(known(first), same, ofOwner)).toMatchObject({
      newCopies: [{ instance: same[0] }],
      earlierArrivals: [],
    })
  })

  it('shows the new version and hides the old one', () => {
    const plan = planStudy(known(first), arriving({ bytes: 'b', second: 1, series: '1.5' }), ofOwner)
    const sopHash = first.newVersions[0]?.instance.sopHash
    expect(rowsOf(plan)).toEqual(['1.1 2 true'])
    expect(plan.currentChanges).toEqual([{ sopHash, version: 1, current: false }])
    expect([...plan.seriesDeltas]).toEqual([
      ['1.2', -1],
      ['1.5', 1],
    ])
    expect(plan.isChanged).toBe(true)
  })

  it('changes which version is shown, without a new row, when the owner is another', () => {
    const both = planStudy([], arriving({ bytes: 'a' }, { bytes: 'b', second: 1, from: 'OTHER' }), ofOwner)
    const plan = planStudy(known(both), [], { ownerEntityId: 2 })
    const sopHash = first.newVersions[0]?.instance.sopHash
    expect(plan.currentChanges).toEqual([
      { sopHash, version: 1, current: false },
      { sopHash, version: 2, current: true },
    ])
    expect(plan).toMatchObject({ newVersions: [], isChanged: true })
    expect(plan.seriesDeltas.get('1.2')).toBe(0)
  })

  it('sorts the arrivals it is given, whatever the order of the rows', () => {
    const two = planStudy(known(first), arriving({ second: 5 }), ofOwner)
    const rows = known(first, two).map((row) => ({ ...row, arrivals: [...row.arrivals].reverse() }))
    const between = arriving({ second: 3 })
    expect(planStudy(rows, between, ofOwner)).toMatchObject({
      newCopies: [{ instance: between[0] }],
      earlierArrivals: [],
    })
  })
})

describe('UIDs with one hash', () => {
  const [one, other] = ['1.1.1', '1.1.2']
  /** As if the hashes of the UIDs were equal: version numbers then tell their rows apart. */
  const collide = (instances: readonly PreparedInstance[]) => instances.map((each) => ({ ...each, sopHash: 7 }))

  it('share the count of versions, and each has its current one', () => {
    const plan = planStudy([], collide(arriving({ sop: one }, { sop: other, second: 1 })), ofOwner)
    expect(rowsOf(plan)).toEqual([`${one} 1 true`, `${other} 2 true`])
    const next = planStudy(known(plan), collide(arriving({ sop: one, bytes: 'b', second: 2 })), ofOwner)
    expect(rowsOf(next)).toEqual([`${one} 3 true`])
    expect(next.currentChanges).toEqual([{ sopHash: 7, version: 1, current: false }])
  })
})

describe('the limit of versions', () => {
  const many = Array.from({ length: catalogLimits.maxVersionsPerEntity + 1 }, (_, second) => ({
    bytes: `v${second}`,
    second,
  }))

  it('sets aside what is beyond it, and only that', () => {
    const sent = arriving(...many)
    const plan = planStudy([], sent, ofOwner)
    expect(plan.newVersions).toHaveLength(catalogLimits.maxVersionsPerEntity)
    expect(plan.excess).toEqual([sent.at(-1)])
  })

  it('does not concern bytes that are known, nor another UID', () => {
    const full = known(planStudy([], arriving(...many.slice(0, -1)), ofOwner))
    const plan = planStudy(full, arriving({ bytes: 'v0', second: 2000 }, { sop: '1.3', second: 2001 }), ofOwner)
    expect(plan.excess).toEqual([])
    expect(plan.newCopies).toHaveLength(1)
    expect(rowsOf(plan)).toEqual(['1.3 1 true'])
    expect(planStudy(full, arriving({ bytes: 'one more', second: 2000 }), ofOwner).excess).toHaveLength(1)
  })
})

describe('packs in any order and cut anyhow', () => {
  const sent = fc.array(
    fc.record({
      sop: fc.constantFrom('1.1', '1.3'),
      bytes: fc.constantFrom('a', 'b', 'c'),
      series: fc.constantFrom('1.2', '1.5'),
      second: fc.nat(20),
      from: fc.constantFrom('OWNER' as const, 'OTHER' as const),
    }),
    { minLength: 1, maxLength: 12 },
  )
  /** The series is part of the bytes, as it is part of a data set; each arrives at a place of its own. */
  const placed = (all: readonly Sent[]) =>
    all.map((each, index) => ({ ...each, bytes: `${each.bytes}${each.series}`, offset: 512 * (index + 1) }))
  /** What is shown, and all arrivals of each bytes. Version numbers are those of the order of registration. */
  const outcome = (rows: readonly KnownVersion[]) =>
    rows
      .map(({ sopInstanceUid, sha256, current, seriesInstanceUid, arrivals }) => ({
        ...{ sopInstanceUid, sha256, current, seriesInstanceUid },
        arrivals: [...arrivals].sort(compareArrivals),
      }))
      .sort((a, b) => `${a.sopInstanceUid}${a.sha256}`.localeCompare(`${b.sopInstanceUid}${b.sha256}`))

  it('give the same versions, the same one shown, and deltas that sum up to what is shown', () => {
    fc.assert(
      fc.property(sent, fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }), (all, cuts) => {
        const atOnce = planStudy([], arriving(...placed(all)), ofOwner)
        const plans: StudyPlan[] = []
        for (const pack of [0, 1, 2, 3]) {
          const part = placed(all).filter((_, index) => cuts[index] === pack)
          plans.push(planStudy(known(...plans), arriving(...part), ofOwner))
        }
        expect(outcome(known(...plans))).toEqual(outcome(known(atOnce)))
        const shown = known(...plans).filter(({ current }) => current)
        for (const series of ['1.2', '1.5']) {
          const sum = plans.reduce((total, { seriesDeltas }) => total + (seriesDeltas.get(series) ?? 0), 0)
          expect(sum).toBe(shown.filter(({ seriesInstanceUid }) => seriesInstanceUid === series).length)
        }
      }),
    )
  })
})
