import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inventedCda } from '../../packages/fse/src/reports/testing/invented-cda.ts'
import { LinkerFixture } from './support-linker.ts'

let fixture: LinkerFixture
let operator = ''
let entity = ''

beforeAll(async () => {
  fixture = await LinkerFixture.start()
  operator = await fixture.token({ role: 'admin', purpose: 'TREATMENT' })
  entity = await fixture.token({ role: 'entity', entityCode: 'ASST-A', purpose: 'TREATMENT' })
}, 60_000)
afterAll(() => fixture.stop())

async function ask(method: string, path: string, o: { type?: string; body?: string; token?: string } = {}) {
  const response = await fetch(`${fixture.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${o.token ?? operator}`,
      ...(o.type !== undefined && { 'content-type': o.type }),
    },
    ...(o.body !== undefined && { body: o.body }),
  })
  return { status: response.status, text: await response.text() }
}

describe('a NUL, which PostgreSQL takes in no text', () => {
  it.each([
    '/fhir/DocumentReference?identifier=a%00b',
    '/fhir/ImagingStudy?patient.identifier=%00',
    '/fhir/Endpoint?_id=%00',
    '/fhir/DocumentReference/a%00b',
    '/fse/v1/report-references?accession=1%00',
    '/fse/v1/publications?after=%00',
    '/fse/v1/identities?issuer=entity:A%00&identifier=1',
    '/reports?patient=%00',
  ])('in %s is 400', async (path) => {
    expect(await ask('GET', path)).toMatchObject({ status: 400 })
  })

  it('in a form is 400', async () => {
    const form = { type: 'application/x-www-form-urlencoded', body: 'identifier=a%00b' }
    expect(await ask('POST', '/fhir/DocumentReference/_search', form)).toMatchObject({ status: 400 })
  })

  it('in JSON is 400, in a value as in a name', async () => {
    const id = { issuer: 'entity:ASST-A', identifier: 'L1' }
    for (const merged of [
      { ...id, identifier: 'L\0' },
      { ...id, 'a\0': 1 },
    ]) {
      const body = JSON.stringify({ survivor: id, merged })
      expect(await ask('POST', '/fse/v1/merges', { type: 'application/json', body })).toMatchObject({ status: 400 })
    }
  })
})

describe('a report', () => {
  const send = (body: string) => ask('POST', '/reports', { type: 'application/xml', body, token: entity })

  it('whose version is a time, beyond what a column holds, is taken', async () => {
    const report = inventedCda().replace('<versionNumber value="2"/>', '<versionNumber value="20261130101112"/>')
    expect(report).toContain('20261130101112')
    expect(await send(report)).toMatchObject({ status: 201 })
  })

  it('whose own identifiers are longer than any key is refused with a code', async () => {
    const answer = await send(
      inventedCda().replace('extension="REP-1"/><versionNumber', `extension="${'x'.repeat(5_000)}"/><versionNumber`),
    )
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({ reason: 'identifier-too-long' })
  })
})
