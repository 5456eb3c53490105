import { oids } from '../model/oids.ts'
import type { OrderIdentifier, ReportFacts } from '../model/report.ts'
import { distinct } from './normalise.ts'

/**
 * What the numbers of a site mean. A report often gives order numbers with an issuer and does not say which kind they
 * are; a domain that is not listed here may be any kind, and is offered as all of them.
 */
export interface ReportDomains {
  readonly accession: readonly string[]
  readonly placer: readonly string[]
  readonly filler: readonly string[]
  /** Electronic prescriptions. */
  readonly prescription: readonly string[]
  /** Where HL7 v2 carries the accession number at this site: OBR-18, or by convention the filler order number. */
  readonly hl7AccessionField: 'OBR-18' | 'OBR-3'
  /** Issuer of patient numbers that name none, such as `entity:ASST-TEST` of the sender; undefined: they are left out. */
  readonly localPatientIssuer: string | undefined
}

export const defaultReportDomains: ReportDomains = {
  accession: [],
  placer: [],
  filler: [],
  prescription: [oids.nre, oids.nreOlder],
  hl7AccessionField: 'OBR-18',
  localPatientIssuer: undefined,
}

export type OrderKind = 'accession' | 'placer' | 'filler' | 'prescription'

/** Which kinds of number an issuer gives; all but a prescription when it is not known. */
function orderKindsOf(issuer: string | undefined, domains: ReportDomains): readonly OrderKind[] {
  const kinds = ['accession', 'placer', 'filler', 'prescription'] as const
  const known = kinds.filter((kind) => issuer !== undefined && domains[kind].includes(issuer))
  return known.length > 0 ? known : ['accession', 'placer', 'filler']
}

export type SortedOrders = Pick<ReportFacts, 'accessions' | 'placerOrders' | 'fillerOrders' | 'prescriptions'>

/** Numbers of which only the issuer is known, each under every kind it may be. */
export function sortOrders(orders: readonly OrderIdentifier[], domains: ReportDomains): SortedOrders {
  const ofKind = (kind: OrderKind) => orders.filter(({ issuer }) => orderKindsOf(issuer, domains).includes(kind))
  return {
    accessions: distinct(ofKind('accession')),
    placerOrders: distinct(ofKind('placer')),
    fillerOrders: distinct(ofKind('filler')),
    prescriptions: distinct(ofKind('prescription').map(({ value }) => value.toUpperCase())),
  }
}
