import type { LinkEvidence } from '@vna/fse'
import { describe, expect, it } from 'vitest'
import { linksOfState, retryAfterMs, versionsAround } from './evaluation-rules.ts'
import type { DesiredLink } from './link-changes.ts'
import { type ReportLink, reportLimits } from './report.ts'
import type { ChainMember } from './report-chain.ts'

const receivedAt = new Date('2026-02-03T10:00:00Z')

describe('the versions around one', () => {
  const member = (id: string, changes: Partial<ChainMember>): ChainMember => ({
    ...{ id, state: 'superseded', version: null, createdAt: null, receivedAt, isHidden: false, relation: 'same-set' },
    ...changes,
  })
  const around = (...members: readonly ChainMember[]) =>
    versionsAround('me', { state: 'current', receivedAt, facts: { version: 2 } }, members)

  it('are earlier or later as the chain says', () => {
    const chain = [member('a', { version: 1 }), member('b', { version: 3 }), member('c', { relation: 'replacing' })]
    expect(around(...chain)).toEqual({ earlier: ['a'], later: ['b', 'c'] })
  })

  it('do not hold itself, nor what was withdrawn', () => {
    expect(around(member('me', { version: 1 }))).toEqual({ earlier: [], later: [] })
    const withdrawn = { state: 'withdrawn' } as const
    expect(around(member('a', { ...withdrawn, version: 1 }), member('b', { ...withdrawn, version: 3 }))).toEqual({
      earlier: [],
      later: [],
    })
  })

  it('inherit only from what was replaced: a current one before it is another report still', () => {
    expect(around(member('a', { version: 1, state: 'current' }))).toEqual({ earlier: [], later: [] })
    expect(around(member('b', { version: 3, state: 'current' }))).toEqual({ earlier: [], later: ['b'] })
  })
})

const accession: readonly LinkEvidence[] = [{ key: 'accession', outcome: 'equal' }]
const desired = (studyInstanceUid: string, changes: Partial<DesiredLink> = {}): DesiredLink => ({
  ...{ studyInstanceUid, state: 'LINKED', tier: 'T2', score: 1, evidence: accession },
  ...changes,
})
const kept = (studyInstanceUid: string, changes: Partial<ReportLink> = {}): ReportLink => ({
  ...{ reportId: 'r', studyInstanceUid, state: 'REVIEW', tier: 'T4', score: 0.5, evidence: [], validFrom: receivedAt },
  ...{ decidedBy: null, reason: null },
  ...changes,
})

describe('the links by the state of the report', () => {
  const nothing = { before: [], restored: new Set<string>() }

  it('are what the rules say of a current one', () => {
    const links = [desired('1'), desired('2', { state: 'REVIEW' })]
    expect(linksOfState('current', links, nothing)).toEqual(links)
  })

  it('of a replaced one are kept to be inherited, the certain ones only', () => {
    const links = [desired('1'), desired('2', { state: 'REVIEW' }), desired('3', { state: 'REJECTED_CONFLICT' })]
    expect(linksOfState('superseded', links, nothing)).toEqual([desired('1', { state: 'SUPERSEDED' })])
  })

  it('are none of a withdrawn one, also where the ledger brought some back', () => {
    const known = { before: [kept('1')], restored: new Set(['1']) }
    expect(linksOfState('withdrawn', [desired('1')], known)).toEqual([])
  })
})

describe('a link that the ledger brought back', () => {
  const restored = new Set(['1'])
  const asKept = {
    ...{ studyInstanceUid: '1', state: 'REVIEW', tier: 'T4', score: 0.5, evidence: [] },
    ...{ decidedBy: undefined, reason: undefined },
  }

  it('stays as it was, whatever the rules say before its study is known', () => {
    expect(linksOfState('current', [], { before: [kept('1')], restored })).toEqual([asKept])
    expect(linksOfState('current', [desired('1')], { before: [kept('1')], restored })).toEqual([asKept])
  })

  it('leaves the links of other studies to the rules', () => {
    const links = [desired('2')]
    expect(linksOfState('current', links, { before: [kept('1'), kept('3')], restored })).toEqual([...links, asKept])
  })

  it('keeps who decided it', () => {
    const before = [kept('1', { decidedBy: 'olga', reason: 'seen' })]
    expect(linksOfState('current', [], { before, restored })).toMatchObject([{ decidedBy: 'olga', reason: 'seen' }])
  })

  it.each<[string, Partial<DesiredLink>]>([
    ['another state', { state: 'LINKED', decidedBy: 'olga', reason: 'seen' }],
    ['another person', { state: 'REVIEW', decidedBy: 'piero', reason: 'seen' }],
    ['another reason', { state: 'REVIEW', decidedBy: 'olga', reason: 'seen again' }],
    ['no reason any more', { state: 'REVIEW', decidedBy: 'olga' }],
  ])('gives way to the new word of a person: %s', (_, changes) => {
    const word = desired('1', changes)
    const before = [kept('1', { decidedBy: 'olga', reason: 'seen' })]
    expect(linksOfState('current', [word], { before, restored })).toEqual([word])
  })

  it('does not give way to the word it has already', () => {
    const word = desired('1', { state: 'REVIEW', decidedBy: 'olga', reason: 'seen' })
    const before = [kept('1', { decidedBy: 'olga', reason: 'seen' })]
    expect(linksOfState('current', [word], { before, restored })).toMatchObject([{ tier: 'T4' }])
    const silent = desired('1', { state: 'REVIEW', decidedBy: 'olga' })
    expect(linksOfState('current', [silent], { before: [kept('1', { decidedBy: 'olga' })], restored })).toMatchObject([
      { tier: 'T4' },
    ])
  })
})

describe('a report that found nothing', () => {
  const { minRetryMs, maxRetryMs, maxRetryAgeMs } = reportLimits

  it.each([
    ['at once', 0, minRetryMs],
    ['after an hour', 3_600_000.4, 3_600_000],
    ['after a week', 7 * maxRetryMs, maxRetryMs],
    ['just before it is given up', maxRetryAgeMs - 1, maxRetryMs],
    ['when it is given up', maxRetryAgeMs, null],
  ])('is looked at again, less and less often: %s', (_, ageMs, expected) => {
    expect(retryAfterMs('current', { desired: [desired('1', { state: 'REVIEW' })], ageMs })).toBe(expected)
  })

  it('is not looked at again once it is linked, replaced or withdrawn', () => {
    const links = [desired('1', { state: 'REVIEW' }), desired('2')]
    expect(retryAfterMs('current', { desired: links, ageMs: 0 })).toBeNull()
    expect(retryAfterMs('superseded', { desired: [], ageMs: 0 })).toBeNull()
    expect(retryAfterMs('withdrawn', { desired: [], ageMs: 0 })).toBeNull()
  })
})
