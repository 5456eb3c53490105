import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fhirErrorsOf } from '../../packages/fse/src/manifest/testing/validate-fhir.ts'
import type { SampleInstance } from './support-catalog.ts'
import { LinkerFixture, until } from './support-linker.ts'

const first = 'RSSMRA80A01F205X'
const second = 'BNCLRA85T50F205A'
const system = 'urn:oid:2.16.840.1.113883.2.9.4.3.2'

interface Resource {
  readonly [key: string]: unknown
}
interface Bundle {
  readonly total: number
  readonly link: readonly { relation: string; url: string }[]
  readonly entry?: readonly { fullUrl: string; resource: Resource }[]
}

let fixture: LinkerFixture

beforeAll(async () => {
  fixture = await LinkerFixture.start()
  await fixture.receive([
    instance('1.2.1', first, { seriesHeader: { modality: 'CT', number: 1, bodyPart: 'CHEST' } }),
    instance('1.2.2', first, {
      seriesHeader: { modality: 'MR', number: 1, bodyPart: 'BRAIN' },
      studyHeader: { date: '20250310', time: '080000' },
    }),
    instance('1.2.3', second),
    instance('1.2.4', first, { entity: 'ASST-B' }),
  ])
  const all = ['1.2.1', '1.2.2', '1.2.3', '1.2.4']
  const publications = () => fixture.catalog.catalog.publications
  await until('registered', async () => (await publications().list({ state: 'REGISTERED' })).length === all.length)
}, 60_000)
afterAll(() => fixture.stop())

function instance(study: string, patientId: string, more: Partial<SampleInstance> = {}): SampleInstance {
  return {
    study,
    series: `${study}.1`,
    sop: `${study}.1.1`,
    patient: { id: patientId, otherIds: [], name: 'ROSSI^MARIO', birthDate: '19800101', sex: 'M' },
    ...more,
  }
}

async function search(path: string, token?: string): Promise<Bundle> {
  const response = await fixture.fetch(`/fhir/${path}`, token === undefined ? {} : { token })
  expect(response.status).toBe(200)
  const bundle = (await response.json()) as Bundle
  expect(fhirErrorsOf(bundle)).toEqual([])
  return bundle
}
const resourcesOf = (bundle: Bundle) => (bundle.entry ?? []).map(({ resource }) => resource)
const studiesOf = (bundle: Bundle) =>
  resourcesOf(bundle)
    .map(({ identifier }) => (identifier as { value: string }[])[0]?.value.replace('urn:oid:', ''))
    .toSorted()

describe('ImagingStudy', () => {
  it('is found by codice fiscale, and before an exam is booked', async () => {
    expect(studiesOf(await search(`ImagingStudy?patient.identifier=${system}|${first}`))).toEqual([
      '1.2.1',
      '1.2.2',
      '1.2.4',
    ])
    expect(
      studiesOf(await search(`ImagingStudy?patient=${first}&modality=MR&bodysite=774007&date=ge2025-01-01`)),
    ).toEqual(['1.2.2'])
    expect(studiesOf(await search(`ImagingStudy?patient=${first}&modality=MR&date=ge2025-04`))).toEqual([])
    expect(studiesOf(await search(`ImagingStudy?patient=${first}&date=2025-03-10`))).toEqual(['1.2.2'])
    expect(studiesOf(await search(`ImagingStudy?patient=${first}&date=gt2025-03-10&date=lt2027`))).toEqual([
      '1.2.1',
      '1.2.4',
    ])
  })

  it('is found by study UID, accession number and id', async () => {
    expect(studiesOf(await search('ImagingStudy?identifier=urn:dicom:uid|urn:oid:1.2.3'))).toEqual(['1.2.3'])
    expect(studiesOf(await search('ImagingStudy?accession-number=A1'))).toEqual(['1.2.1', '1.2.3', '1.2.4'])
    const [study] = resourcesOf(await search('ImagingStudy?study-instance-uid=1.2.2'))
    const [order] = (study?.basedOn ?? []) as { identifier: Resource }[]
    const accession = String(order?.identifier.value)
    expect(accession).toMatch(/^VNA/)
    expect(studiesOf(await search(`ImagingStudy?accession=${accession}`))).toEqual(['1.2.2'])
    const read = await fixture.fetch(`/fhir/ImagingStudy/${String(study?.id)}`)
    expect(read.status).toBe(200)
    expect(await read.json()).toEqual(study)
  })

  it('comes in pages that do not repeat and tell the same total', async () => {
    const seen: string[] = []
    let url: string | undefined = `ImagingStudy?patient=${first}&_count=1`
    while (url !== undefined) {
      const bundle: Bundle = await search(url)
      expect(bundle.total).toBe(3)
      seen.push(...studiesOf(bundle).map(String))
      url = bundle.link.find(({ relation }) => relation === 'next')?.url.replace(/^.*\/fhir\//, '')
    }
    expect(seen.toSorted()).toEqual(['1.2.1', '1.2.2', '1.2.4'])
    expect(seen.at(-1)).toBe('1.2.2')
  })
})

describe('DocumentReference', () => {
  it('leads to both documents, byte for byte', async () => {
    const bundle = await search(`DocumentReference?patient.identifier=${system}|${second}&status=current`)
    expect(bundle.total).toBe(2)
    for (const resource of resourcesOf(bundle)) {
      const [content] = resource.content as { attachment: { url: string; hash: string; size: number } }[]
      const attachment = content?.attachment ?? { url: '', hash: '', size: 0 }
      const answer = await fixture.fetch(attachment.url, { headers: { accept: '*/*' } })
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect(bytes.length).toBe(attachment.size)
      expect(createHash('sha1').update(bytes).digest('base64')).toBe(attachment.hash)
    }
  })

  it('has an Endpoint to retrieve from, and one to look', async () => {
    const [study] = resourcesOf(await search('ImagingStudy?identifier=urn:oid:1.2.3'))
    const endpointOf = (resource: Resource | undefined) =>
      (resource?.endpoint as Resource[] | undefined)?.[0]?.reference
    const [series] = (study?.series ?? []) as Resource[]
    const references = [endpointOf(series), endpointOf(study)]
    const addresses = []
    for (const reference of references) {
      const resource = (await (await fixture.fetch(`/fhir/${String(reference)}`)).json()) as Resource
      expect(fhirErrorsOf(resource)).toEqual([])
      addresses.push(resource.address)
    }
    expect(addresses).toEqual(['https://vna.example/dicomweb', 'https://viewer.example/?study=1.2.3'])
  })

  it('of a former version is superseded and replaced', async () => {
    await fixture.receive([instance('1.2.3', second, { sop: '1.2.3.1.2' })])
    const query = 'DocumentReference?study-instance-uid=1.2.3&format=1.2.840.10008.5.1.4.1.1.88.59'
    await until('two versions', async () => (await search(query)).total === 2)
    const [old] = resourcesOf(await search(`${query}&status=superseded`))
    const [now] = resourcesOf(await search(`${query}&status=current`))
    expect(now?.relatesTo).toContainEqual({
      code: 'replaces',
      target: { reference: `DocumentReference/${String(old?.id)}`, type: 'DocumentReference' },
    })
  })
})

describe('who asks', () => {
  it('sees what the predicate shows, and hidden is absent', async () => {
    const entity = await fixture.token({ role: 'entity', entityCode: 'ASST-B' })
    expect(studiesOf(await search('ImagingStudy', entity))).toEqual(['1.2.4'])
    const patient = await fixture.token({ role: 'fse', purpose: 'PERSONAL', patient: second })
    expect(studiesOf(await search('ImagingStudy', patient))).toEqual(['1.2.3'])
    const [study] = resourcesOf(await search('ImagingStudy?identifier=1.2.1'))
    await fixture.catalog.catalog.sql`update studies set visibility = 1 where study_instance_uid = '1.2.1'`
    const hidden = await fixture.fetch(`/fhir/ImagingStudy/${String(study?.id)}`)
    const absent = await fixture.fetch(`/fhir/ImagingStudy/${'0'.repeat(8)}-0000-8000-8000-${'0'.repeat(12)}`)
    expect([hidden.status, await hidden.text()]).toEqual([404, await absent.text()])
    expect(studiesOf(await search(`ImagingStudy?patient=${first}`))).toEqual(['1.2.2', '1.2.4'])
  })

  it('is refused in FHIR', async () => {
    const operator = await fixture.token({ role: 'operator' })
    const answers = [
      await fixture.fetch('/fhir/ImagingStudy', { token: operator }),
      await fixture.fetch('/fhir/ImagingStudy?colour=red'),
      await fixture.fetch('/fhir/ImagingStudy?date=yesterday'),
      await fixture.fetch('/fhir/ImagingStudy', { headers: { accept: 'application/fhir+xml' } }),
      await fixture.fetch('/fhir/Patient'),
      await fixture.fetch('/fhir/ImagingStudy/x', { method: 'DELETE' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 400, 400, 406, 404, 405])
    for (const answer of answers) {
      const outcome = (await answer.json()) as Resource
      expect(outcome.resourceType).toBe('OperationOutcome')
      expect(fhirErrorsOf(outcome)).toEqual([])
    }
    const metadata = await (await fixture.fetch('/fhir/metadata')).json()
    expect(fhirErrorsOf(metadata)).toEqual([])
  })

  it('leaves a trace', async () => {
    const rows = await fixture.catalog.catalog.sql`select action, outcome, object::text as object from audit`
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.some(({ outcome }) => outcome === 'denied')).toBe(true)
    expect(rows.some(({ object }) => String(object).includes(first))).toBe(false)
  })
})

describe('report references', () => {
  it('tell a RIS what to write before it signs', async () => {
    const answer = await fixture.fetch('/fse/v1/report-references?study=1.2.2')
    const references = (await answer.json()) as { studies: { accessions: Resource[] }[]; cdaSection: string }
    expect(references.studies[0]?.accessions).toMatchObject([{ generated: true }])
    expect(references.cdaSection).toContain('<id root="1.2.2"/>')
    const byAccession = await fixture.fetch(`/fse/v1/report-references?accession=A1&patient=${second}`)
    expect(
      ((await byAccession.json()) as { studies: Resource[] }).studies.map(({ studyInstanceUID }) => studyInstanceUID),
    ).toEqual(['1.2.3'])
    expect((await fixture.fetch('/fse/v1/report-references?study=1.2.1')).status).toBe(404)
  })
})
