import type { DemoRecord } from './fill-record.ts'

export interface DemoResult {
  /** Of the front door. */
  readonly baseUrl: string
  readonly token: string
  readonly entities: readonly { readonly code: string; readonly name: string; readonly instances: number }[]
  readonly record: DemoRecord
}

/** Where to look, in lines that can be pasted into a terminal. */
export function renderDemo(o: DemoResult): string {
  const curl = `curl -s -H "authorization: Bearer $TOKEN"`
  const { record } = o
  const studies = `${o.baseUrl}/dicomweb/studies`
  return [
    'demo ready',
    ...o.entities.map(({ code, name, instances }) => `  ${code} (${name}) sent ${instances} instances`),
    `  ${record.resolvedPatients} local patient numbers were resolved to citizens by HL7 ADT`,
    `  a posted report found its study: ${record.linkState} by ${record.linkTier}; ${record.manifests} manifests are registered`,
    '  look as the FSE does, for the next 12 hours:',
    `    TOKEN=${o.token}`,
    `    ${curl} ${studies}`,
    `    ${curl} "${studies}?ModalitiesInStudy=CT&includefield=StudyDescription"`,
    `    ${curl} ${o.baseUrl}/dicomweb/instances?limit=5`,
    "  the report, its study, and the study's reports:",
    `    ${curl} ${o.baseUrl}/reports/${record.reportId}/studies`,
    `    ${curl} "${o.baseUrl}/reports?study=${record.studyInstanceUid}"`,
    '  the record of a citizen: manifests, and what a RIS asks before it books another exam:',
    `    ${curl} "${o.baseUrl}/fhir/DocumentReference?${record.patientQuery}"`,
    `    ${curl} "${o.baseUrl}/fhir/ImagingStudy?${record.patientQuery}&modality=US,MR,CT&date=ge2016-01-01"`,
    '  what a RIS writes into the report before it is signed (CDA2 section 121181):',
    `    ${curl} "${o.baseUrl}/fse/v1/report-references?study=${record.studyInstanceUid}"`,
    '  and as the operator does: ./vna entity list, ./vna report review, ./vna quarantine list, ./vna verify',
  ].join('\n')
}
