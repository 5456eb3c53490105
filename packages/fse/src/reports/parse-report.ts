import { FseError } from '../model/fse-error.ts'
import type { ReportFacts } from '../model/report.ts'
import { factsOfCda } from './cda2/facts-of-cda.ts'
import { defaultReportDomains, type ReportDomains } from './domains.ts'
import { type ReportLimits, reportLimits } from './limits.ts'
import { type ReportKind, reportKindOf } from './report-kind.ts'
import { parseXml } from './xml/parse-xml.ts'

/**
 * What a report says that a linker can use. Throws {@link FseError}, whose message holds nothing of the report.
 *
 * Content types: CDA2 as XML or as the `cda.xml` inside a PDF, FHIR R4 DiagnosticReport or DocumentReference as JSON
 * (alone or in a Bundle), HL7 v2 ORU^R01 and MDM; an unknown or general content type is decided by the first bytes.
 */
export function parseReport(
  bytes: Uint8Array,
  contentType: string,
  limits: Partial<ReportLimits> = {},
  domains: Partial<ReportDomains> = {},
): ReportFacts {
  const context: ParseContext = {
    limits: { ...reportLimits, ...limits },
    domains: { ...defaultReportDomains, ...domains },
    nesting: 0,
  }
  return parseDocument(bytes, contentType, context)
}

export interface ParseContext {
  readonly limits: ReportLimits
  readonly domains: ReportDomains
  /** How many documents this one lies in. */
  readonly nesting: number
}

function parseDocument(bytes: Uint8Array, contentType: string, context: ParseContext): ReportFacts {
  const { limits } = context
  if (bytes.length === 0) throw new FseError('empty')
  if (bytes.length > limits.maxReportBytes) throw new FseError('too-large', { limit: limits.maxReportBytes })
  const kind = reportKindOf(contentType, bytes)
  if (kind === undefined) throw new FseError('unsupported-content-type')
  return parsers[kind](bytes, context)
}

const parsers: Readonly<Record<ReportKind, (bytes: Uint8Array, context: ParseContext) => ReportFacts>> = {
  cda: (bytes, { limits, domains }) => factsOfCda(parseXml(bytes, limits), domains),
}
