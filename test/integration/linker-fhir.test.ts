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
  readonly entry?: readonly { fullUrl: string; resource: Resource; search: { mode: string } }[]
}

let fixture: LinkerFixture

/** Request Attributes Sequence item with a Requested Procedure Code. */
const orderOfHeadScan = {
  '00321064': {
    vr: 'SQ',
    Value: [
      {
        '00080100': { vr: 'SH', Value: ['77477000'] },
        '00080102': { vr: 'SH', Value: ['SCT'] },
        '00080104': { vr: 'LO', Value: ['CT'] },
      },
    ],
  },
}

beforeAll(async () => {
  fixture = await LinkerFixture.start()
  await fixture.receive([
    instance('1.2.1', first, { seriesHeader: { modality: 'CT', number: 1, bodyPart: 'CHEST' } }),
    instance('1.2.2', first, {
      seriesHeader: { modality: 'MR', number: 1, bodyPart: 'BRAIN', requestAttributes: [orderOfHeadScan] },
      studyHeader: { date: '20250310', time: '080000' },
    }),
    instance('1.2.3', second),
    instance('1.2.4', first, { entity: 'ASST-B' }),
  ])
  const all = ['1.2.1', '1.2.2', '1.2.3', '1.2.4']
  const publications = () => fixture.catalog.healthRecord.publications
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
const modesOf = (bundle: Bundle) => (bundle.entry ?? []).map(({ search: { mode } }) => mode)
const lastUpdatedOf = ({ meta }: Resource) => (meta as { lastUpdated?: string }).lastUpdated

/** Ids of all pages in their order; each page tells the same total. */
async function pagesOf(path: string, total: number, token?: string): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  let url: string | undefined = path
  while (url !== undefined) {
    const bundle: Bundle = await search(url, token)
    expect(bundle.total).toBe(total)
    seen.push(...resourcesOf(bundle).map(({ id }) => id))
    url = bundle.link.find(({ relation }) => relation === 'next')?.url.replace(/^.*\/fhir\//, '')
  }
  return seen
}

/** IHE MHD 4.2, 2:3.67.4.1.2.1, without the Target Communities Option. */
const iti67 = [
  ...['author.given', 'author.family', 'category', 'creation', 'date', 'event', 'facility', 'format', 'identifier'],
  ...['patient', 'patient.identifier', 'period', 'related', 'security-label', 'setting', 'status', 'type'],
]
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

  it('is sorted either way, by id where dates are equal', async () => {
    const inOrder = async (sort: string) =>
      resourcesOf(await search(`ImagingStudy?patient=${first}&_sort=${sort}`)).map(
        ({ identifier }) => (identifier as { value: string }[])[0]?.value,
      )
    const ascending = await inOrder('started')
    expect(ascending[0]).toBe('urn:oid:1.2.2')
    expect(await inOrder('-started')).toEqual(ascending.toReversed())
    expect(await inOrder('date')).toEqual(ascending)
    const changed = resourcesOf(await search('ImagingStudy?_sort=_lastUpdated')).map(lastUpdatedOf)
    expect(changed.length).toBe(4)
    expect(changed).toEqual(changed.toSorted())
  })

  it('comes with its endpoints where asked, each once and not counted', async () => {
    const bundle = await search(`ImagingStudy?patient=${first}&_include=ImagingStudy:endpoint&_count=2`)
    expect(bundle.total).toBe(3)
    expect(modesOf(bundle)).toEqual(['match', 'match', 'include', 'include', 'include'])
    const studies = resourcesOf(bundle).slice(0, 2)
    const named = new Set(JSON.stringify(studies).match(/Endpoint\/[0-9a-f-]{36}/g))
    const included = (bundle.entry ?? []).slice(2)
    expect(new Set(included.map(({ resource }) => `Endpoint/${String(resource.id)}`))).toEqual(named)
    for (const { fullUrl, resource } of included) {
      expect(await (await fixture.fetch(fullUrl)).json()).toEqual(resource)
    }
    const none = await search('ImagingStudy?patient=NOBODY&_include=ImagingStudy:endpoint')
    expect([none.total, none.entry]).toEqual([0, undefined])
  })

  it('is found by when it last changed', async () => {
    const [study] = resourcesOf(await search('ImagingStudy?identifier=urn:oid:1.2.3'))
    const changed = String(lastUpdatedOf(study ?? {}))
    const found = async (prefix: string) =>
      studiesOf(await search(`ImagingStudy?_lastUpdated=${prefix}${changed}`)).includes('1.2.3')
    expect(await Promise.all(['', 'ge', 'le', 'gt', 'lt'].map(found))).toEqual([true, true, true, false, false])
    expect(studiesOf(await search('ImagingStudy?_lastUpdated=gt2000&_lastUpdated=lt2001'))).toEqual([])
  })

  it('is counted alone', async () => {
    const bundle = await search(`ImagingStudy?patient=${first}&_count=0`)
    expect([bundle.total, bundle.entry, bundle.link.length]).toEqual([3, undefined, 1])
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
  const total = async (query: string, token?: string) =>
    (await search(`DocumentReference?patient=${first}&${query}`, token)).total

  it.each([
    ['type=18748-4', 6],
    ['type=http://loinc.org|18748-4', 6],
    ['type=http://snomed.info/sct|18748-4', 0],
    ['type=|18748-4', 0],
    ['category=Medical-Imaging', 6],
    ['setting=http://snomed.info/sct|394914008', 6],
    ['setting=1,394914008', 6],
    ['facility=22232009', 6],
    ['facility=394914008', 0],
    ['security-label=http://terminology.hl7.org/CodeSystem/v3-Confidentiality|N', 6],
    ['security-label=V', 0],
    ['event=http://snomed.info/sct|77477000', 2],
    ['event=77477000&type=18748-4&setting=394914008', 2],
    ['event=77477000&event=77477001', undefined],
    ['author.family=Rossi', 0],
    ['author.given=Mario&status=current', 0],
    ['format=urn:ihe:rad:MADO:fhir-manifest:2026', 3],
    ['period=2025-03-10', 2],
    ['related:identifier=urn:dicom:uid|urn:oid:1.2.2', 2],
    ['related:identifier=1.2.2', 2],
    ['related:identifier=A1', 4],
    ['related:identifier=urn:oid:1.2.3.4|A1', 0],
    ['related=ImagingStudy/none', 0],
    ['_lastUpdated=lt2001', 0],
    ['date=gt2020-01-01T00:00:00Z&creation=lt2100', 6],
    ['creation=lt2020-01-01T00:00:00Z', 0],
  ])('is found by %s', async (query, expected) => {
    if (expected !== undefined) return expect(await total(query)).toBe(expected)
    expect((await fixture.fetch(`/fhir/DocumentReference?patient=${first}&${query}`)).status).toBe(400)
  })

  it('is found by our address of its study', async () => {
    const [study] = resourcesOf(await search('ImagingStudy?identifier=1.2.2'))
    for (const address of [
      `ImagingStudy/${String(study?.id)}`,
      `https://vna.example/fhir/ImagingStudy/${String(study?.id)}`,
    ])
      expect(await total(`related=${address}`)).toBe(2)
  })

  it.each(['date', '-date', 'period', '-period', '-_lastUpdated'])(
    'comes in pages by %s that are one order, with the totals and pages of what the caller may see',
    async (sort) => {
      const everything = resourcesOf(await search(`DocumentReference?_sort=${sort}`)).map(({ id }) => id)
      expect(everything.length).toBe(8)
      expect(await pagesOf(`DocumentReference?_sort=${sort}&_count=3`, 8)).toEqual(everything)
      const entity = await fixture.token({ role: 'entity', entityCode: 'ASST-B' })
      const own = await pagesOf(`DocumentReference?_sort=${sort}&_count=1`, 2, entity)
      expect(own).toEqual(everything.filter((id) => own.includes(id)))
      const citizen = await fixture.token({ role: 'fse', purpose: 'PERSONAL', patient: second })
      expect(await pagesOf(`DocumentReference?_sort=${sort}&_count=1`, 2, citizen)).toHaveLength(2)
    },
  )

  it('comes with what it relates to, each once', async () => {
    const query = 'DocumentReference?study-instance-uid=1.2.2&format=1.2.840.10008.5.1.4.1.1.88.59'
    const bundle = await search(`${query}&_include=DocumentReference:relatesto`)
    expect([bundle.total, modesOf(bundle)]).toEqual([1, ['match', 'include']])
    const [match, other] = resourcesOf(bundle)
    expect(match?.relatesTo).toMatchObject([{ target: { reference: `DocumentReference/${String(other?.id)}` } }])
    const both = await search('DocumentReference?study-instance-uid=1.2.2&_include=DocumentReference:relatesto')
    expect(modesOf(both)).toEqual(['match', 'match'])
  })

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
    expect(lastUpdatedOf(old ?? {}), 'it changed when the other came').toBe(lastUpdatedOf(now ?? {}))
    expect(now?.relatesTo).toContainEqual({
      code: 'replaces',
      target: { reference: `DocumentReference/${String(old?.id)}`, type: 'DocumentReference' },
    })
  })
})

describe('what is not supported', () => {
  const asked = (prefer: string | undefined) =>
    fixture.fetch(
      `/fhir/ImagingStudy?patient=${first}&colour=red&_sort=colour&_include=ImagingStudy:patient`,
      prefer === undefined ? {} : { headers: { prefer } },
    )

  it('is refused, unless the client prefers otherwise', async () => {
    for (const prefer of [undefined, 'handling=strict', 'return=minimal']) {
      const answer = await asked(prefer)
      expect(answer.status).toBe(400)
      expect(((await answer.json()) as Resource).resourceType).toBe('OperationOutcome')
    }
    const answer = await asked('handling=lenient')
    expect(answer.status).toBe(200)
    const bundle = (await answer.json()) as Bundle
    expect(fhirErrorsOf(bundle)).toEqual([])
    expect(bundle.total).toBe(3)
    expect(modesOf(bundle)).toEqual(['match', 'match', 'match', 'outcome'])
    expect(bundle.link[0]?.url).toMatch(/\/fhir\/ImagingStudy\?patient=RSSMRA80A01F205X$/)
    expect(JSON.stringify(bundle)).not.toContain('colour')
  })

  it('and what is, stands in the CapabilityStatement', async () => {
    const statement = (await (await fixture.fetch('/fhir/metadata')).json()) as {
      rest: { resource: { type: string; searchInclude?: string[]; searchParam?: { name: string; type: string }[] }[] }[]
    }
    const [documents, studies] = statement.rest[0]?.resource ?? []
    const names = documents?.searchParam?.map(({ name }) => name) ?? []
    expect(names).toEqual(expect.arrayContaining(iti67))
    expect([documents?.searchInclude, studies?.searchInclude]).toEqual([
      ['DocumentReference:relatesto'],
      ['ImagingStudy:endpoint'],
    ])
    const typeOf = (name: string) => documents?.searchParam?.find((one) => one.name === name)?.type
    expect(['date', 'related', 'author.given', 'type', 'patient'].map(typeOf)).toEqual([
      ...['date', 'reference', 'string', 'token', 'reference'],
    ])
  })
})

describe('who asks', () => {
  it('sees what the predicate shows, and hidden is absent', async () => {
    const entity = await fixture.token({ role: 'entity', entityCode: 'ASST-B' })
    expect(studiesOf(await search('ImagingStudy', entity))).toEqual(['1.2.4'])
    const patient = await fixture.token({ role: 'fse', purpose: 'PERSONAL', patient: second })
    expect(studiesOf(await search('ImagingStudy', patient))).toEqual(['1.2.3'])
    const [study] = resourcesOf(await search('ImagingStudy?identifier=1.2.1'))
    await fixture.catalog.database.sql`update studies set visibility = 1 where study_instance_uid = '1.2.1'`
    const hidden = await fixture.fetch(`/fhir/ImagingStudy/${String(study?.id)}`)
    const absent = await fixture.fetch(`/fhir/ImagingStudy/${'0'.repeat(8)}-0000-8000-8000-${'0'.repeat(12)}`)
    expect([hidden.status, await hidden.text()]).toEqual([404, await absent.text()])
    expect(studiesOf(await search(`ImagingStudy?patient=${first}`))).toEqual(['1.2.2', '1.2.4'])
    for (const query of [`patient=${first}`, `patient=${first}&_lastUpdated=gt2000&type=18748-4`]) {
      expect((await search(`DocumentReference?${query}&_count=0`)).total).toBe(4)
      expect(await pagesOf(`DocumentReference?${query}&_sort=-_lastUpdated&_count=1`, 4)).toHaveLength(4)
    }
    expect((await search('DocumentReference?related:identifier=urn:dicom:uid|urn:oid:1.2.1')).total).toBe(0)
    expect((await search(`DocumentReference?related=ImagingStudy/${String(study?.id)}`)).total).toBe(0)
    const withEndpoints = await search(`ImagingStudy?patient=${first}&_include=ImagingStudy:endpoint`)
    expect(modesOf(withEndpoints)).toEqual(['match', 'match', 'include', 'include', 'include'])
    expect(JSON.stringify(withEndpoints)).not.toMatch(/1\.2\.1\b/)
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
    const rows = await fixture.catalog.database.sql`select action, outcome, object::text as object from audit`
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
