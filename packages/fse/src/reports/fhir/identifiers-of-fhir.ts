import type { PatientIdentifier } from '../../model/identifiers.ts'
import { oids } from '../../model/oids.ts'
import type { OrderIdentifier } from '../../model/report.ts'
import { type ReportDomains, type SortedOrders, sortOrders } from '../domains.ts'
import { distinct, orderIdentifierOf, patientIdentifierOf, uidOf } from '../normalise.ts'
import type { JsonObject } from './parse-json.ts'
import { codingsAt, objectsAt, textAt } from './read-fhir.ts'

const uriAsIdentifier = 'urn:ietf:rfc:3986'
const dicomUid = 'urn:dicom:uid'

/** Naming systems of HL7 Italia for what has an OID too. */
const oidOfSystem: ReadonlyMap<string, string> = new Map([
  ['http://hl7.it/sid/codiceFiscale', oids.codiceFiscale],
  ['http://hl7.it/sid/stp', oids.stp],
  ['http://hl7.it/sid/eni', oids.eni],
])

/** The OID of an Identifier's system where it has one, else the system as written. */
function issuerOf(identifier: JsonObject): string | undefined {
  const system = textAt(identifier, 'system')
  return system === undefined ? undefined : (oidOfSystem.get(system) ?? system.replace(/^urn:oid:/, ''))
}

/** How a document is named: `system|value`, or the bare value where the system only says that it is a URI. */
export function documentIdOf(identifier: JsonObject | undefined): string | undefined {
  const system = textAt(identifier, 'system')
  const value = textAt(identifier, 'value')
  if (value === undefined) return undefined
  if (system === undefined || system === uriAsIdentifier) return value.replace(/^urn:(oid|uuid):/, '')
  return `${system}|${value}`
}

export function patientIdentifiersOf(
  patients: readonly JsonObject[],
  domains: ReportDomains,
): readonly PatientIdentifier[] {
  const identifiers = patients.flatMap((patient) => objectsAt(patient, 'identifier'))
  return distinct(
    identifiers.map((id) => patientIdentifierOf(textAt(id, 'value'), issuerOf(id) ?? domains.localPatientIssuer)),
  )
}

export function studyUidsIn(identifiers: readonly JsonObject[]): readonly string[] {
  const uids = identifiers.filter((identifier) => textAt(identifier, 'system') === dicomUid)
  return distinct(uids.map((identifier) => uidOf(textAt(identifier, 'value'))))
}

const orderTypes = ['ACSN', 'PLAC', 'FILL'] as const
type OrderType = (typeof orderTypes)[number]

/** HL7 table 0203, or DICOM's own code of an accession number. */
export function orderTypeOf(identifier: JsonObject): OrderType | undefined {
  const codes = codingsAt(identifier, 'type').map((coding) => textAt(coding, 'code'))
  return codes.includes('121022') ? 'ACSN' : orderTypes.find((type) => codes.includes(type))
}

/** Identifiers of orders by their type; those without one by what is known of their issuer. */
export function ordersIn(identifiers: readonly JsonObject[], domains: ReportDomains): SortedOrders {
  const orders = identifiers.filter((identifier) => textAt(identifier, 'system') !== dicomUid)
  const numbersOf = (type: OrderType | undefined) =>
    orders.filter((identifier) => orderTypeOf(identifier) === type).flatMap((identifier) => numberOf(identifier) ?? [])
  const untyped = sortOrders(numbersOf(undefined), domains)
  return {
    accessions: distinct([...numbersOf('ACSN'), ...untyped.accessions]),
    placerOrders: distinct([...numbersOf('PLAC'), ...untyped.placerOrders]),
    fillerOrders: distinct([...numbersOf('FILL'), ...untyped.fillerOrders]),
    prescriptions: untyped.prescriptions,
  }
}

function numberOf(identifier: JsonObject): OrderIdentifier | undefined {
  return orderIdentifierOf(textAt(identifier, 'value'), issuerOf(identifier))
}
