import type { LinkEvidence, LinkState } from '@vna/fse'
import { describe, expect, it } from 'vitest'
import { type DesiredLink, isToBeTold, linkChangesOf } from './link-changes.ts'
import type { ReportLink } from './report.ts'

const evidence: readonly LinkEvidence[] = [
  { key: 'accession', outcome: 'equal' },
  { key: 'patient', outcome: 'equal' },
]
const desired = (studyInstanceUid: string, changes: Partial<DesiredLink> = {}): DesiredLink => ({
  ...{ studyInstanceUid, state: 'LINKED', tier: 'T2', score: 0.9, evidence },
  ...changes,
})
const before = (studyInstanceUid: string, changes: Partial<ReportLink> = {}): ReportLink => ({
  ...{ reportId: 'r', ...desired(studyInstanceUid), validFrom: new Date(0), decidedBy: null, reason: null },
  ...changes,
})

describe('what changes of the links of a report', () => {
  it('is nothing where all is as before', () => {
    expect(linkChangesOf('r', { before: [before('1')], desired: [desired('1')] })).toEqual([])
    expect(linkChangesOf('r', { before: [], desired: [] })).toEqual([])
  })

  it('is a new link, with no state before', () => {
    expect(linkChangesOf('r', { before: [before('1')], desired: [desired('1'), desired('2')] })).toEqual([
      { ...desired('2'), reportId: 'r', before: undefined },
    ])
  })

  it('is the end of one that is not desired any more, without the word that held it', () => {
    const held = before('1', { decidedBy: 'olga', reason: 'seen' })
    expect(linkChangesOf('r', { before: [held], desired: [] })).toEqual([
      { ...desired('1', { state: 'UNLINKED' }), reportId: 'r', before: 'LINKED' },
    ])
  })

  it('ends a link once', () => {
    expect(linkChangesOf('r', { before: [before('1', { state: 'UNLINKED' })], desired: [] })).toEqual([])
    const taken = before('1', { state: 'UNLINKED', decidedBy: 'olga', reason: 'wrong arm' })
    expect(linkChangesOf('r', { before: [taken], desired: [] })).toEqual([])
  })

  it.each<[string, Partial<DesiredLink>]>([
    ['state', { state: 'REVIEW' }],
    ['tier', { tier: 'T1' }],
    ['score', { score: 0.8 }],
    ['score, a little', { score: 0.8998 }],
    ['who decided', { decidedBy: 'olga' }],
    ['reason', { reason: 'seen' }],
    ['evidence', { evidence: evidence.slice(1) }],
    ['the outcome of evidence', { evidence: [{ key: 'accession', outcome: 'ambiguous' }, ...evidence.slice(1)] }],
  ])('is one of another %s', (_, changes) => {
    expect(linkChangesOf('r', { before: [before('1')], desired: [desired('1', changes)] })).toEqual([
      { ...desired('1', changes), reportId: 'r', before: 'LINKED' },
    ])
  })

  it('is no score that four bytes keep a little differently', () => {
    const kept = before('1', { score: Math.fround(0.9) })
    expect(linkChangesOf('r', { before: [kept], desired: [desired('1')] })).toEqual([])
  })

  it('knows a word of a person again', () => {
    const word = { decidedBy: 'olga', reason: 'seen' }
    expect(linkChangesOf('r', { before: [before('1', word)], desired: [desired('1', word)] })).toEqual([])
  })
})

describe('who is told of a change', () => {
  it.each<[LinkState | undefined, LinkState, boolean]>([
    [undefined, 'LINKED', true],
    ['REVIEW', 'LINKED', true],
    ['LINKED', 'UNLINKED', true],
    ['LINKED', 'SUPERSEDED', true],
    [undefined, 'REVIEW', false],
    ['REVIEW', 'REJECTED_CONFLICT', false],
  ])('%s → %s: %s', (was, state, told) => {
    expect(isToBeTold({ before: was, state })).toBe(told)
  })
})
