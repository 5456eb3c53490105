import { FseError } from '../../model/fse-error.ts'
import type { ReportFacts } from '../../model/report.ts'
import type { ReportDomains } from '../domains.ts'
import { dayOf, distinct, momentOf } from '../normalise.ts'
import { type ReportStage, versionedIdOf } from '../versioned-id.ts'
import {
  codesOf,
  codingsOfEach,
  confidentialityOf,
  facilityOf,
  loincOf,
  modalitiesIn,
  patientOf,
} from './common-facts.ts'
import { documentIdOf, ordersIn, orderTypeOf, patientIdentifiersOf, studyUidsIn } from './identifiers-of-fhir.ts'
import type { JsonObject } from './parse-json.ts'
import { codingsAt, objectsAt, textAt } from './read-fhir.ts'
import type { ResourceSet } from './resource-set.ts'

const replacesExtension = 'http://hl7.org/fhir/StructureDefinition/diagnosticReport-replaces'
const addendumExtension = 'http://hl7.org/fhir/StructureDefinition/diagnosticReport-addendumOf'

export interface FhirDocument {
  readonly set: ResourceSet
  /** Of the Bundle, when that is a document: unique to this version of it. */
  readonly bundleId: string | undefined
  readonly composition: JsonObject | undefined
}

/** A DiagnosticReport with what it points at: patient, orders, imaging studies, performing organisation. */
export function factsOfDiagnosticReport(
  report: JsonObject,
  document: FhirDocument,
  domains: ReportDomains,
): ReportFacts {
  const { set, composition } = document
  const related = relatedOf(report, set)
  const patientIdentifiers = patientIdentifiersOf(related.patients, domains)
  const version = versionOf(report, document)
  if (patientIdentifiers.length === 0 && version.withdrawn !== true) {
    throw new FseError('missing-patient', { where: 'DiagnosticReport.subject' })
  }
  const codings = codingsAt(report, 'code')
  return {
    format: 'fhir',
    ...version,
    type: loincOf([...codings, ...codingsAt(composition, 'type')]),
    confidentiality: confidentialityOf([...objectsAt(report, 'meta', 'security'), ...labelsOf(composition)]),
    patientIdentifiers,
    ...patientOf(related.patients),
    studyInstanceUids: studyUidsIn(related.studyIdentifiers),
    ...ordersIn(related.orderIdentifiers, domains),
    examDate: [
      textAt(report, 'effectiveDateTime'),
      textAt(report, 'effectivePeriod', 'start'),
      textAt(related.studies, 'started'),
    ]
      .map(dayOf)
      .find(Boolean),
    modalities: modalitiesIn([...objectsAt(related.studies, 'modality'), ...codingsAt(report, 'category')]),
    procedureCodes: codesOf([
      ...codingsOfEach(related.studies, 'procedureCode'),
      ...codingsOfEach(related.requests, 'code'),
      ...codings,
    ]),
    facility: facilityOf(related.organizations),
    createdAt: momentOf(saidAt(report, version) ?? textAt(report, 'issued') ?? textAt(composition, 'date')),
  }
}

/**
 * `issued` is the time of the report; when it was taken back stands, if anywhere, beside the resource: told in the zone of
 * `issued`, since versions are compared as they are written.
 */
function saidAt(report: JsonObject, { withdrawn }: Version): string | undefined {
  const [zone] = /(Z|[+-]\d\d:\d\d)$/.exec(textAt(report, 'issued') ?? '') ?? []
  const updated = textAt(report, 'meta', 'lastUpdated') ?? ''
  const said = /^\d{4}-/.test(updated) ? Date.parse(updated) : Number.NaN
  if (withdrawn !== true || zone === undefined || Number.isNaN(said)) return undefined
  const zoneMs = Date.parse('1970-01-01T00:00:00Z') - Date.parse(`1970-01-01T00:00:00${zone}`)
  return new Date(said + zoneMs).toISOString()
}

function relatedOf(report: JsonObject, set: ResourceSet) {
  const subjects = objectsAt(report, 'subject')
  // `study` is what R5 calls it; some senders of R4 use it already.
  const studyReferences = [...objectsAt(report, 'imagingStudy'), ...objectsAt(report, 'study')]
  const studies = set.resolve(report, studyReferences)
  const ordersOfReport = objectsAt(report, 'basedOn')
  const requests = [
    ...set.resolve(report, ordersOfReport),
    ...studies.flatMap((study) => set.resolve(study, objectsAt(study, 'basedOn'))),
  ]
  return {
    // A reference may carry an identifier and point at nothing: that is read like the identifier of a resource.
    patients: [...subjects, ...set.resolve(report, subjects)],
    organizations: set.resolve(report, objectsAt(report, 'performer')).filter(isOrganization),
    studies,
    requests,
    studyIdentifiers: objectsAt([...studyReferences, ...studies], 'identifier'),
    orderIdentifiers: [
      ...objectsAt([...ordersOfReport, ...requests, ...objectsAt(studies, 'basedOn')], 'identifier'),
      ...objectsAt(requests, 'requisition'),
      ...objectsAt(report, 'identifier').filter((identifier) => orderTypeOf(identifier) !== undefined),
      ...objectsAt(studies, 'identifier').filter((identifier) => orderTypeOf(identifier) !== undefined),
    ],
  }
}

function isOrganization(resource: JsonObject): boolean {
  return textAt(resource, 'resourceType') === 'Organization'
}

type Version = Pick<ReportFacts, 'uniqueId' | 'setId' | 'version' | 'replaces' | 'appends' | 'withdrawn'>

/** A document Bundle names this version and its Composition the set; a lone report has one name for all versions. */
function versionOf(report: JsonObject, { set, bundleId, composition }: FhirDocument): Version {
  const own = objectsAt(report, 'identifier').filter((identifier) => orderTypeOf(identifier) === undefined)
  const setId = documentIdOf(objectsAt(composition, 'identifier')[0]) ?? documentIdOf(own[0])
  const base = setId ?? bundleId
  if (base === undefined) throw new FseError('missing-report-id', { where: 'DiagnosticReport.identifier' })
  const versionId = textAt(report, 'meta', 'versionId')
  const status = textAt(report, 'status') ?? ''
  const stage = stageOf(status)
  const ofReport = versionedIdOf(base, { stage, moment: textAt(report, 'issued') ?? versionId })
  return {
    uniqueId: bundleId ?? ofReport.uniqueId,
    setId: base,
    version: versionId !== undefined && /^\d{1,9}$/.test(versionId) ? Number(versionId) : undefined,
    replaces: distinct([
      ...targetsOf(report, replacesExtension, set),
      ...relatedTo(composition, 'replaces', set),
      ...(bundleId === undefined ? ofReport.replaces : []),
    ]),
    appends: distinct([...targetsOf(report, addendumExtension, set), ...relatedTo(composition, 'appends', set)]),
    ...(stage === 'withdrawn' && { withdrawn: true }),
  }
}

function stageOf(status: string): ReportStage {
  if (['entered-in-error', 'cancelled'].includes(status)) return 'withdrawn'
  if (['amended', 'corrected', 'appended'].includes(status)) return 'changed'
  return ['registered', 'partial', 'preliminary'].includes(status) ? 'preliminary' : 'final'
}

function targetsOf(report: JsonObject, url: string, set: ResourceSet): readonly (string | undefined)[] {
  const extensions = objectsAt(report, 'extension').filter((extension) => textAt(extension, 'url') === url)
  return idsOfTargets(report, objectsAt(extensions, 'valueReference'), set)
}

function relatedTo(
  composition: JsonObject | undefined,
  code: string,
  set: ResourceSet,
): readonly (string | undefined)[] {
  const relations = objectsAt(composition, 'relatesTo').filter((relation) => textAt(relation, 'code') === code)
  const byIdentifier = objectsAt(relations, 'targetIdentifier').map(documentIdOf)
  return composition === undefined
    ? []
    : [...byIdentifier, ...idsOfTargets(composition, objectsAt(relations, 'targetReference'), set)]
}

/** Names of the documents that references point at: by their own identifier, or that of what they point at. */
export function idsOfTargets(
  owner: JsonObject,
  references: readonly JsonObject[],
  set: ResourceSet,
): readonly (string | undefined)[] {
  const resolved = set.resolve(owner, references)
  const identifiers = [...objectsAt(references, 'identifier'), ...resolved.flatMap(masterIdentifierOf)]
  return identifiers.map(documentIdOf)
}

function masterIdentifierOf(resource: JsonObject): readonly JsonObject[] {
  const master = objectsAt(resource, 'masterIdentifier')
  return master.length > 0 ? master : objectsAt(resource, 'identifier').slice(0, 1)
}

function labelsOf(composition: JsonObject | undefined): readonly JsonObject[] {
  const code = textAt(composition, 'confidentiality')
  return [...objectsAt(composition, 'meta', 'security'), ...(code === undefined ? [] : [{ code }])]
}
