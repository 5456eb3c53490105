import { describe, expect, it } from 'vitest'
import { normaliseSubject } from './certificate-subject.ts'

const asRead = normaliseSubject('C=IT,O=ASST Test\\, Ospedale,CN=pacs-1')

describe('the subject of a certificate', () => {
  it.each([
    ['RFC 4514, which begins at the other end', 'CN=pacs-1,O=ASST Test\\, Ospedale,C=IT'],
    ['RFC 2253 with spaces', 'CN=pacs-1, O=ASST Test\\, Ospedale, C=IT'],
    ['an escape in hexadecimal', 'CN=pacs-1,O=ASST Test\\2C Ospedale,C=IT'],
    ['quotation marks', 'CN=pacs-1,O="ASST Test, Ospedale",C=IT'],
    ['what OpenSSL prints', 'C = IT, O = "ASST Test, Ospedale", CN = pacs-1'],
    ['its older form', '/C=IT/O=ASST Test, Ospedale/CN=pacs-1'],
    ['other letters and more spaces', 'cn=PACS-1,o=asst  TEST\\, ospedale,c=it'],
  ])('is the same as %s', (_, text) => {
    expect(normaliseSubject(text)).toBe(asRead)
    expect(asRead).toBeDefined()
  })

  it.each([
    ['another name', 'CN=pacs-2,O=ASST Test\\, Ospedale,C=IT'],
    ['less', 'CN=pacs-1,C=IT'],
    ['more', 'CN=pacs-1,O=ASST Test\\, Ospedale,OU=x,C=IT'],
    ['a comma that is a separator', 'CN=pacs-1,O=ASST Test,OU=Ospedale,C=IT'],
    ['a value that looks like an attribute', 'CN=pacs-1\\,C=IT,O=ASST Test\\, Ospedale'],
  ])('is not that with %s', (_, text) => {
    expect(normaliseSubject(text)).toBeDefined()
    expect(normaliseSubject(text)).not.toBe(asRead)
  })

  it.each([
    '',
    'pacs-1',
    'CN=',
    '=x',
    'XYZ=pacs',
    'CN=a\\',
    'CN="a',
    'CN=\\C3\\28',
    'CN=a,,O=b',
    'CN=a\u0000',
    'CN=a,O',
  ])('can never be %j', (text) => {
    expect(normaliseSubject(text)).toBeUndefined()
  })
})
