import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BuiltBundle,
  buildFhirManifest,
  buildKosManifest,
  encodeFhir,
  type ManifestOptions,
  type ManifestStudy,
  oids,
  provideDocumentBundle,
} from '../../packages/fse/src/index.ts'
import { type MhdRecipient, startMhdRecipient } from '../fakes/mhd-recipient.ts'

const citizen = { value: 'BNCNNA75B41F205W', issuer: oids.codiceFiscale }
const study: ManifestStudy = {
  studyInstanceUid: '2.25.1001',
  studyDate: '20260203',
  studyTime: '101500',
  institutionName: 'OSPEDALE DI PROVA',
  patient: { national: citizen, identifiers: [citizen], name: 'Prova^Anna', birthDate: '19750201', sex: 'F' },
  requests: [{ accessionNumber: 'A1', accessionIssuerOid: '2.25.77', generated: false }],
  series: [
    {
      seriesInstanceUid: '2.25.1002',
      modality: 'CT',
      instances: [{ sopInstanceUid: '2.25.1003', sopClassUid: '1.2.840.10008.5.1.4.1.1.2' }],
    },
  ],
}
const options = (version: number): ManifestOptions => ({
  profile: 'mado-ti',
  version,
  createdAt: `2026020410000${version}`,
  timezoneOffset: '+0100',
  manufacturer: 'VNA',
  retrieveLocationUid: '2.25.5',
  wadoRsUrl: 'https://vna.test/dicomweb',
})

function submission(version: number, replaces?: { kos: string; fhir: string }): BuiltBundle {
  const [kos, fhir] = [
    buildKosManifest(study, options(version)),
    encodeFhir(buildFhirManifest(study, options(version))),
  ]
  return provideDocumentBundle({ study, options: options(version), kos, fhir, replaces })
}

let recipient: MhdRecipient

beforeAll(async () => {
  recipient = await startMhdRecipient()
})
afterAll(() => recipient.shut())

function post(bundle: unknown, token = recipient.token): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
  return fetch(recipient.url, { method: 'POST', headers, body: JSON.stringify(bundle) })
}

describe('the fake Document Recipient', () => {
  it('takes a submission of ours, once', async () => {
    const answer = await post(submission(1))
    expect(recipient.problems).toEqual([])
    expect(answer.status).toBe(200)
    expect(recipient.currentOf(study.studyInstanceUid)).toHaveLength(2)
    expect((await post(submission(1))).status).toBe(400)
    expect(recipient.resent).toBe(2)
  })

  it('wants the current entry replaced by name, and supersedes it', async () => {
    expect((await post(submission(2))).status).toBe(400)
    const current = recipient.currentOf(study.studyInstanceUid)
    const idOf = (code: string) => current.find(({ formatCode }) => formatCode.startsWith(code))?.id
    const replaces = { kos: `DocumentReference/${idOf('1.2')}`, fhir: `DocumentReference/${idOf('urn:ihe')}` }
    expect((await post(submission(2, replaces))).status).toBe(200)
    expect(recipient.currentOf(study.studyInstanceUid).map((it) => it.replaces)).toEqual(Object.values(replaces))
    expect(current.map(({ status }) => status)).toEqual(['superseded', 'superseded'])
  })

  it('refuses a stranger, no Bundle, and a document changed on its way', async () => {
    expect((await post(submission(3), 'another')).status).toBe(401)
    expect((await post({ resourceType: 'Patient' })).status).toBe(400)
    const bundle = structuredClone(submission(3)) as unknown as {
      entry: { resource: { resourceType: string; data?: string } }[]
    }
    const binary = bundle.entry.find(({ resource }) => resource.resourceType === 'Binary')
    if (binary !== undefined) binary.resource.data = Buffer.from('something else').toString('base64')
    expect((await post(bundle)).status).toBe(400)
    expect(recipient.problems).toContain('hash of the attachment')
  })

  it('can lose its answer after committing, and is searched by identifier', async () => {
    const other = { ...study, studyInstanceUid: '2.25.2001' }
    const kos = buildKosManifest(other, options(1))
    const fhir = encodeFhir(buildFhirManifest(other, options(1)))
    const bundle = provideDocumentBundle({ study: other, options: options(1), kos, fhir })
    recipient.mode = 'lose-answer'
    await expect(post(bundle)).rejects.toThrow()
    recipient.mode = 'ok'
    const [document] = recipient.currentOf('2.25.2001')
    const query = new URLSearchParams({ identifier: `urn:ietf:rfc:3986|${document?.masterIdentifier}` })
    const headers = { authorization: `Bearer ${recipient.token}` }
    const found = await fetch(`${recipient.url}/DocumentReference?${query}`, { headers })
    expect(await found.json()).toMatchObject({ resourceType: 'Bundle', total: 2 })
  })
})
