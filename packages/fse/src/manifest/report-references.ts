import { escapeXml } from '../fhir/escape-xml.ts'
import type { ManifestInstance, ManifestSeries, ManifestStudy } from '../model/manifest-study.ts'
import { oids } from '../model/oids.ts'
import { checkStudy } from './check-study.ts'

export interface ReportReferences {
  readonly studies: readonly {
    readonly studyInstanceUID: string
    readonly accessions: readonly { readonly value: string; readonly issuer: string; readonly generated: boolean }[]
    readonly series: readonly {
      readonly seriesInstanceUID: string
      readonly modality: string
      readonly instances: readonly { readonly sopInstanceUID: string; readonly sopClassUID: string }[]
    }[]
  }[]
  /** `<section>` 121181 of a CDA Release 2 without a prefix, for a document whose default namespace is `urn:hl7-org:v3`. */
  readonly cdaSection: string
}

export interface ReportReferencesOptions {
  /** `siss-sample-compat` writes 113015 as code of an instance, as the Ministry's sample does; PS3.20 wants its SOP class. */
  readonly cda?: 'standard' | 'siss-sample-compat' | undefined
}

/** What a RIS puts into a report before it is validated and signed: references as data and as CDA section. */
export function reportReferencesOf(study: ManifestStudy, options: ReportReferencesOptions = {}): ReportReferences {
  checkStudy(study)
  return {
    studies: [
      {
        studyInstanceUID: study.studyInstanceUid,
        accessions: study.requests.map(({ accessionNumber, accessionIssuerOid, generated }) => ({
          value: accessionNumber,
          issuer: accessionIssuerOid,
          generated,
        })),
        series: study.series.map(({ seriesInstanceUid, modality, instances }) => ({
          seriesInstanceUID: seriesInstanceUid,
          modality,
          instances: instances.map(({ sopInstanceUid, sopClassUid }) => ({
            sopInstanceUID: sopInstanceUid,
            sopClassUID: sopClassUid,
          })),
        })),
      },
    ],
    cdaSection: objectCatalog(study, options.cda ?? 'standard'),
  }
}

/** PS3.20 9.8: Study Act, Series Act, SOP Instance Observation; each UID in the root of its id. */
function objectCatalog(study: ManifestStudy, form: 'standard' | 'siss-sample-compat'): string {
  const series = study.series.map((one) => component(seriesAct(one, form))).join('')
  return [
    `<section classCode="DOCSECT" moodCode="EVN">${dicomCode('121181', 'DICOM Object Catalog')}`,
    '<title>DICOM Object Catalog</title>',
    `<entry><act classCode="ACT" moodCode="EVN">${id(study.studyInstanceUid)}${dicomCode('113014', 'Study')}`,
    `${series}</act></entry></section>`,
  ].join('')
}

function seriesAct(series: ManifestSeries, form: 'standard' | 'siss-sample-compat'): string {
  const system = `codeSystem="${oids.dicomDcm}" codeSystemName="DCM"`
  const qualifier = `<qualifier><name code="121139" ${system} displayName="Modality"/><value code="${escapeXml(series.modality)}" ${system}/></qualifier>`
  const code = `<code code="113015" ${system} displayName="Series">${qualifier}</code>`
  const instances = series.instances.map((instance) => component(observation(instance, form))).join('')
  return `<act classCode="ACT" moodCode="EVN">${id(series.seriesInstanceUid)}${code}${instances}</act>`
}

function observation(instance: ManifestInstance, form: 'standard' | 'siss-sample-compat'): string {
  const sopClass = `<code code="${escapeXml(instance.sopClassUid)}" codeSystem="${oids.dicomUid}" codeSystemName="DCMUID"/>`
  const code = form === 'standard' ? sopClass : dicomCode('113015', 'Series')
  return `<observation classCode="DGIMG" moodCode="EVN">${id(instance.sopInstanceUid)}${code}</observation>`
}

function component(entry: string): string {
  return `<entryRelationship typeCode="COMP">${entry}</entryRelationship>`
}

function id(uid: string): string {
  return `<id root="${escapeXml(uid)}"/>`
}

function dicomCode(code: string, name: string): string {
  return `<code code="${code}" codeSystem="${oids.dicomDcm}" codeSystemName="DCM" displayName="${name}"/>`
}
