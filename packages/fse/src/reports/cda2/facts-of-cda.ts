import { FseError } from '../../model/fse-error.ts'
import type { PatientIdentifier } from '../../model/identifiers.ts'
import { oids } from '../../model/oids.ts'
import type { OrderIdentifier, ReportFacts } from '../../model/report.ts'
import { type ReportDomains, sortOrders } from '../domains.ts'
import { dayOf, distinct, momentOf, orderIdentifierOf, patientIdentifierOf } from '../normalise.ts'
import { attributeOf, childrenOf, elementAt, elementsAt, type XmlElement } from '../xml/xml-element.ts'
import { examFactsOf } from './exam-of-cda.ts'

const hl7V3 = 'urn:hl7-org:v3'

/** What a CDA Release 2 document (in Italy a Referto di Radiologia) says of itself, its patient, orders and images. */
export function factsOfCda(root: XmlElement, domains: ReportDomains): ReportFacts {
  if (root.name !== 'ClinicalDocument' || root.namespace !== hl7V3) throw new FseError('not-a-report')
  const uniqueId = instanceIdentifierOf(elementAt(root, 'id'))
  if (uniqueId === undefined) throw new FseError('missing-report-id', { where: 'ClinicalDocument/id' })
  const patientIdentifiers = patientIdentifiersOf(root)
  if (patientIdentifiers.length === 0) throw new FseError('missing-patient', { where: 'recordTarget/patientRole/id' })
  const patient = elementAt(root, 'recordTarget', 'patientRole', 'patient')
  return {
    format: 'cda2',
    uniqueId,
    setId: instanceIdentifierOf(elementAt(root, 'setId')),
    version: versionOf(root),
    replaces: parentsOf(root, 'RPLC'),
    appends: parentsOf(root, 'APND'),
    type: attributeOf(elementAt(root, 'code'), 'code'),
    confidentiality: confidentialityOf(root),
    patientIdentifiers,
    patientName: nameOf(elementAt(patient, 'name')),
    patientBirthDate: dayOf(attributeOf(elementAt(patient, 'birthTime'), 'value')),
    ...sortOrders(ordersOf(root), domains),
    ...examFactsOf(root),
    facility: facilityOf(root),
    createdAt: momentOf(attributeOf(elementAt(root, 'effectiveTime'), 'value')),
  }
}

/** `root^extension`, or the root alone where it is the whole identifier. */
function instanceIdentifierOf(element: XmlElement | undefined): string | undefined {
  const root = attributeOf(element, 'root')
  const extension = attributeOf(element, 'extension')
  if (root === undefined) return undefined
  return extension === undefined ? root : `${root}^${extension}`
}

function versionOf(root: XmlElement): number | undefined {
  const version = Number(attributeOf(elementAt(root, 'versionNumber'), 'value') ?? Number.NaN)
  return Number.isSafeInteger(version) && version >= 0 ? version : undefined
}

function parentsOf(root: XmlElement, typeCode: 'RPLC' | 'APND'): readonly string[] {
  const related = childrenOf(root, 'relatedDocument').filter((element) => attributeOf(element, 'typeCode') === typeCode)
  return distinct(related.flatMap((element) => elementsAt(element, 'parentDocument', 'id')).map(instanceIdentifierOf))
}

function confidentialityOf(root: XmlElement): ReportFacts['confidentiality'] {
  const code = attributeOf(elementAt(root, 'confidentialityCode'), 'code')
  return code === 'N' || code === 'R' || code === 'V' ? code : undefined
}

function patientIdentifiersOf(root: XmlElement): readonly PatientIdentifier[] {
  const ids = elementsAt(root, 'recordTarget', 'patientRole', 'id')
  return distinct(ids.map((id) => patientIdentifierOf(attributeOf(id, 'extension'), attributeOf(id, 'root'))))
}

/** Family^Given Given, as DICOM writes it. */
function nameOf(name: XmlElement | undefined): string | undefined {
  if (name === undefined) return undefined
  const part = (kind: string) =>
    childrenOf(name, kind)
      .map(({ text }) => text.trim())
      .filter(Boolean)
      .join(' ')
  const full = `${part('family')}^${part('given')}`
  return full === '^' ? name.text.trim() || undefined : full
}

function ordersOf(root: XmlElement): readonly OrderIdentifier[] {
  const ids = elementsAt(root, 'inFulfillmentOf', 'order', 'id')
  return distinct(ids.map((id) => orderIdentifierOf(attributeOf(id, 'extension'), attributeOf(id, 'root'))))
}

/** The hospital (HSP.11) of the exam, else the facility (STS.11), else the name it goes by. */
function facilityOf(root: XmlElement): string | undefined {
  const place = elementAt(root, 'componentOf', 'encompassingEncounter', 'location', 'healthCareFacility')
  const organization = elementAt(place, 'serviceProviderOrganization')
  const ids = childrenOf(organization ?? root, 'id')
  const codeIn = (domain: string) =>
    attributeOf(
      ids.find((id) => attributeOf(id, 'root') === domain),
      'extension',
    )
  const name = elementAt(organization, 'name')?.text.trim() ?? elementAt(place, 'location', 'name')?.text.trim()
  return codeIn(oids.hospital) ?? codeIn(oids.facility) ?? (name || undefined)
}
