import { FseError } from '../../model/fse-error.ts'
import type { CarriedReport } from '../carried-report.ts'
import type { ReportDomains } from '../domains.ts'
import type { ReportLimits } from '../limits.ts'
import { factsOfDiagnosticReport } from './facts-of-diagnostic-report.ts'
import { attachmentsOf, factsOfDocumentReference } from './facts-of-document-reference.ts'
import { documentIdOf } from './identifiers-of-fhir.ts'
import { type JsonObject, parseJsonObject } from './parse-json.ts'
import { objectsAt, textAt } from './read-fhir.ts'
import { ResourceSet } from './resource-set.ts'

/** A FHIR R4 DiagnosticReport or DocumentReference, alone or as the one report of a Bundle. */
export function readFhirReport(bytes: Uint8Array, limits: ReportLimits, domains: ReportDomains): CarriedReport {
  const root = parseJsonObject(bytes, limits)
  const set = new ResourceSet(root)
  const report = oneOf(set.ofType('DiagnosticReport'))
  const reference = oneOf(set.ofType('DocumentReference'))
  if (report !== undefined) {
    const attachments = [report, ...(reference === undefined ? [] : [reference])].flatMap(attachmentsOf)
    return { facts: factsOfDiagnosticReport(report, { set, ...documentOf(root, set) }, domains), attachments }
  }
  if (reference === undefined) throw new FseError('not-a-report')
  return { facts: factsOfDocumentReference(reference, set, domains), attachments: binariesOf(reference, set) }
}

/** A Bundle of several reports is a batch: which of them would the answer be about? */
function oneOf(resources: readonly JsonObject[]): JsonObject | undefined {
  if (resources.length > 1) throw new FseError('not-a-report', { where: 'Bundle', limit: 1 })
  return resources[0]
}

function documentOf(root: JsonObject, set: ResourceSet) {
  const isDocument = textAt(root, 'resourceType') === 'Bundle' && textAt(root, 'type') === 'document'
  return {
    bundleId: isDocument ? documentIdOf(objectsAt(root, 'identifier')[0]) : undefined,
    composition: oneOf(set.ofType('Composition')),
  }
}

/** MHD puts the document into a Binary of the same Bundle, and its address into the attachment. */
function binariesOf(reference: JsonObject, set: ResourceSet): CarriedReport['attachments'] {
  const addresses = objectsAt(reference, 'content', 'attachment').map((attachment) => ({
    reference: textAt(attachment, 'url') ?? '',
  }))
  const binaries = set.resolve(reference, addresses).flatMap((binary) => {
    const base64 = textAt(binary, 'data')
    return base64 === undefined ? [] : [{ contentType: textAt(binary, 'contentType') ?? '', base64 }]
  })
  return [...attachmentsOf(reference), ...binaries]
}
