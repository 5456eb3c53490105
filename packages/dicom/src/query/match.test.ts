import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DicomError } from '../errors.ts'
import { parseMatch } from './match.ts'

describe('parseMatch', () => {
  it.each([
    ['LO', '', { kind: 'universal' }],
    ['PN', '**', { kind: 'universal' }],
    ['DA', '*', { kind: 'universal' }],
    ['LO', ' ABC ', { kind: 'single', value: 'ABC' }],
    ['PN', 'ROSSI*', { kind: 'wildcard', pattern: 'ROSSI*' }],
    ['SH', 'A?C', { kind: 'wildcard', pattern: 'A?C' }],
    ['IS', '1', { kind: 'single', value: '1' }],
    ['UI', '1.2.3\0', { kind: 'single', value: '1.2.3' }],
    ['UI', '1.2\\1.3', { kind: 'uid-list', uids: ['1.2', '1.3'] }],
    ['UI', '1.2,1.3', { kind: 'uid-list', uids: ['1.2', '1.3'] }],
    ['DA', '20240131', { kind: 'single', value: '20240131' }],
    ['DA', '1994.07.08', { kind: 'single', value: '19940708' }],
    ['DA', '20240101-20240131', { kind: 'range', from: '20240101', to: '20240131' }],
    ['DA', '20240101-', { kind: 'range', from: '20240101' }],
    ['DA', '-20240131', { kind: 'range', to: '20240131' }],
    ['TM', '10', { kind: 'single', value: '10' }],
    ['TM', '10:30', { kind: 'single', value: '1030' }],
    ['TM', '1000-235959.999', { kind: 'range', from: '1000', to: '235959.999' }],
    ['DT', '20240131-0500', { kind: 'single', value: '20240131-0500' }],
    ['DT', '2023-2024', { kind: 'range', from: '2023', to: '2024' }],
    ['DT', '20240101+0100-20240131+0100', { kind: 'range', from: '20240101+0100', to: '20240131+0100' }],
    ['DT', '20240101-0500-20240131-0500', { kind: 'range', from: '20240101-0500', to: '20240131-0500' }],
  ])('%s %j', (vr, text, match) => {
    expect(parseMatch(vr, text)).toEqual(match)
  })

  it.each([
    ['DA', '2024'],
    ['DA', '20241301'],
    ['DA', '2024*'],
    ['DA', '-'],
    ['DA', '20240101-2024'],
    ['TM', '2560'],
    ['TM', '-'.repeat(100_000)],
    ['UI', '1.2.x'],
    ['UI', '1.2.*'],
  ])('refuses %s %s', (vr, text) => {
    expect(() => parseMatch(vr, text)).toThrow(DicomError)
  })

  it('takes any range of days back apart', () => {
    const day = fc
      .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''))
    fc.assert(
      fc.property(day, day, (from, to) => {
        expect(parseMatch('DA', `${from}-${to}`)).toEqual({ kind: 'range', from, to })
      }),
    )
  })
})
