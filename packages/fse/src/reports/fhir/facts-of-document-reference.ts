import { FseError } from '../../model/fse-error.ts'
import type { ReportFacts } from '../../model/report.ts'
import type { Attachment } from '../carried-report.ts'
import type { ReportDomains } from '../domains.ts'
import { dayOf, distinct, momentOf } from '../normalise.ts'
import { codesOf, confidentialityOf, facilityOf, loincOf, modalitiesIn, patientOf } from './common-facts.ts'
import { idsOfTargets } from './facts-of-diagnostic-report.ts'
import { documentIdOf, ordersIn, patientIdentifiersOf, studyUidsIn } from './identifiers-of-fhir.ts'
import type { JsonObject } from './parse-json.ts'
import { codingsAt, objectsAt, textAt } from './read-fhir.ts'
import type { ResourceSet } from './resource-set.ts'

/** What a DocumentReference (MHD) says of the report that it carries or points at. */
export function factsOfDocumentReference(reference: JsonObject, set: ResourceSet, domains: ReportDomains): ReportFacts {
  const [identifier] = [...objectsAt(reference, 'masterIdentifier'), ...objectsAt(reference, 'identifier')]
  const uniqueId = documentIdOf(identifier)
  if (uniqueId === undefined) throw new FseError('missing-report-id', { where: 'DocumentReference.masterIdentifier' })
  const subjects = [...objectsAt(reference, 'subject'), ...objectsAt(reference, 'context', 'sourcePatientInfo')]
  const patients = [...subjects, ...set.resolve(reference, subjects)]
  const relatedReferences = objectsAt(reference, 'context', 'related')
  const related = set.resolve(reference, relatedReferences)
  const identifiers = objectsAt([...relatedReferences, ...related], 'identifier')
  const custodians = set.resolve(reference, objectsAt(reference, 'custodian'))
  const events = codingsAt(reference, 'context', 'event')
  return {
    format: 'fhir',
    uniqueId,
    replaces: relatedTo(reference, 'replaces', set),
    appends: relatedTo(reference, 'appends', set),
    type: loincOf(codingsAt(reference, 'type')),
    confidentiality: confidentialityOf(codingsAt(reference, 'securityLabel')),
    patientIdentifiers: patientIdentifiersOf(patients, domains),
    ...patientOf(patients),
    studyInstanceUids: studyUidsIn(identifiers),
    ...ordersIn(identifiers, domains),
    examDate: dayOf(textAt(reference, 'context', 'period', 'start')),
    modalities: modalitiesIn(events),
    procedureCodes: codesOf(codingsAt(related, 'code')),
    facility: facilityOf(custodians),
    createdAt: momentOf(textAt(reference, 'content', 'attachment', 'creation') ?? textAt(reference, 'date')),
    ...(isEnteredInError(reference) && { withdrawn: true }),
  }
}

/** The reference itself, or the document it points at. */
function isEnteredInError(reference: JsonObject): boolean {
  return [textAt(reference, 'status'), textAt(reference, 'docStatus')].includes('entered-in-error')
}

function relatedTo(reference: JsonObject, code: string, set: ResourceSet): readonly string[] {
  const relations = objectsAt(reference, 'relatesTo').filter((relation) => textAt(relation, 'code') === code)
  return distinct(idsOfTargets(reference, objectsAt(relations, 'target'), set))
}

/** The documents inside, of whatever resource they are an attachment. */
export function attachmentsOf(resource: JsonObject): readonly Attachment[] {
  const attachments = [...objectsAt(resource, 'content', 'attachment'), ...objectsAt(resource, 'presentedForm')]
  return attachments.flatMap((attachment) => {
    const base64 = textAt(attachment, 'data')
    return base64 === undefined ? [] : [{ contentType: textAt(attachment, 'contentType') ?? '', base64 }]
  })
}
