import { describe, expect, it } from 'vitest'
import { transmissionTable, withoutPatient } from './transmissions.ts'

const row = {
  id: 7,
  direction: 'in',
  protocol: 'dimse',
  entityCode: 'ASST-TEST',
  client: 'STORESCU',
  startedAt: new Date('2026-11-24T10:00:00Z'),
  endedAt: new Date('2026-11-24T10:00:01.500Z'),
  instances: 3,
  failures: 1,
  bytes: 5_000_000_000,
  outcome: 'aborted',
  reason: 'timeout',
  studyInstanceUids: ['1.2.3', '1.2.4'],
} as const

describe('vna transmissions', () => {
  it('is one line for each, whatever a peer called itself', () => {
    const lines = transmissionTable([row, { ...row, client: '\u001b[2J\nEVIL\u009b31m\u202e' }]).split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]?.split(/ {2,}/)).toEqual([
      '2026-11-24T10:00:00.000Z',
      '1.5',
      'in',
      'ASST-TEST',
      'STORESCU',
      'dimse',
      '3',
      '1',
      '5000000000',
      'aborted',
      'timeout',
      '1.2.3 and 1 more',
    ])
    expect(lines[2]).toContain('\\u{1b}[2J\\u{a}EVIL\\u{9b}31m\\u{202e}')
  })

  it.each([
    ['RSSMRA80A01F205X', '(codice fiscale)'],
    ['spid/rssmra80a01f205x', 'spid/(codice fiscale)'],
    ['TINIT-RSSMRAULALMFNLRT', 'TINIT-(codice fiscale)'],
    ['RSSMRA80X01F205X', 'RSSMRA80X01F205X'],
    ['RSSMRA8LA0MF2L5X', '(codice fiscale)'],
    ['PACS_OSPEDALE_01', 'PACS_OSPEDALE_01'],
  ])('shows the client %s as %s', (client, shown) => {
    expect(withoutPatient({ ...row, client }).client).toBe(shown)
  })
})
