import { describe, expect, it } from 'vitest'
import { isNationalIssuer } from './national-issuers.ts'

describe('national issuers', () => {
  it.each(['2.16.840.1.113883.2.9.4.3.2', '2.16.840.1.113883.2.9.4.3.17', '2.16.840.1.113883.2.9.4.3.18'])(
    '%s is one',
    (issuer) => {
      expect(isNationalIssuer(issuer)).toBe(true)
    },
  )

  it.each(['entity:A', '2.16.840.1.113883.2.9.4.3.1', ''])('%j is none', (issuer) => {
    expect(isNationalIssuer(issuer)).toBe(false)
  })
})
