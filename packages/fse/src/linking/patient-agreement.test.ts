import { describe, expect, it } from 'vitest'
import { noCrossReference, type PatientAgreement, patientAgreement } from './patient-agreement.ts'

const of = (issuer: string, ...values: readonly string[]) => values.map((value) => ({ issuer, value }))

describe('whether report and study speak of one person', () => {
  it.each([
    ['one identifier', of('A', '1'), of('A', '1'), 'same'],
    ['one of several in a domain', of('A', '1', '2'), of('A', '2', '3'), 'same'],
    ['two in one domain', of('A', '1'), of('A', '2'), 'different'],
    [
      'one domain agrees, another contradicts',
      [...of('A', '1'), ...of('B', '1')],
      [...of('A', '1'), ...of('B', '2')],
      'different',
    ],
    ['one domain agrees, another is silent', [...of('A', '1'), ...of('B', '1')], of('A', '1'), 'same'],
    ['one number in two domains', of('A', '1'), of('B', '1'), 'unknown'],
    ['none', [], [], 'unknown'],
  ])('%s, without a cross-reference: %s', (_, report, study, agreement) => {
    expect(patientAgreement(report, study, noCrossReference)).toBe(agreement)
  })

  it('is unknown to a cross-reference that has no entry', () => {
    expect(noCrossReference({ issuer: 'A', value: '1' }, { issuer: 'A', value: '1' })).toBe('unknown')
  })

  const says = (verdicts: Readonly<Record<string, PatientAgreement>>) =>
    patientAgreement(of('A', '1', '2'), of('B', '3', '4'), (a, b) => verdicts[`${a.value}${b.value}`] ?? 'unknown')

  it.each<[Readonly<Record<string, PatientAgreement>>, PatientAgreement]>([
    [{ 24: 'same' }, 'same'],
    [{ 13: 'same', 24: 'different' }, 'different'],
    [{}, 'unknown'],
  ])('is asked of the cross-reference pair by pair: %o is %s', (verdicts, agreement) => {
    expect(says(verdicts)).toBe(agreement)
  })

  it('does not ask the cross-reference where a domain has spoken', () => {
    const never = () => {
      throw new Error('asked')
    }
    expect(patientAgreement(of('A', '1'), of('A', '1'), never)).toBe('same')
    expect(patientAgreement(of('A', '1'), of('A', '2'), never)).toBe('different')
  })
})
