import { Hl7Error, parseHl7Message } from '@vna/hl7'
import { FseError } from '../model/fse-error.ts'
import type { ReportFacts } from '../model/report.ts'
import { type CarriedReport, checkFacts, decodeBase64, mergeFacts } from './carried-report.ts'
import { factsOfCda } from './cda2/facts-of-cda.ts'
import { defaultReportDomains, type ReportDomains } from './domains.ts'
import { readHl7Report } from './facts-of-hl7.ts'
import { readFhirReport } from './fhir/read-fhir-report.ts'
import { type ReportLimits, reportLimits } from './limits.ts'
import { extractCdaOfPdf } from './pdf/extract-cda.ts'
import { type ReportKind, reportKindOf } from './report-kind.ts'
import { parseXml } from './xml/parse-xml.ts'

/**
 * What a report says that a linker can use. Throws {@link FseError}, whose message holds nothing of the report.
 *
 * Content types: CDA2 as XML or as the `cda.xml` inside a PDF; FHIR R4 DiagnosticReport or DocumentReference as JSON,
 * alone or in a Bundle; HL7 v2 ORU^R01 and MDM. A general content type is decided by the first bytes.
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
  const facts = parseDocument(bytes, contentType, context)
  // Whoever takes a report back may name nothing but the report.
  const isAboutNobody = facts.patientIdentifiers.length === 0 && facts.withdrawn !== true
  if (isAboutNobody) throw new FseError('missing-patient')
  return checkFacts(facts, context.limits)
}

interface ParseContext {
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
  pdf: (bytes, { limits, domains }) => factsOfCda(parseXml(extractCdaOfPdf(bytes, limits), limits), domains),
  fhir: (bytes, context) => withAttachments(readFhirReport(bytes, context.limits, context.domains), context),
  hl7: (bytes, context) => withAttachments(readHl7(bytes, context), context),
}

/** A report in HL7 v2 is a document like any other: what is wrong with its message is said in this package's error. */
function readHl7(bytes: Uint8Array, { limits, domains }: ParseContext): CarriedReport {
  try {
    return readHl7Report(parseHl7Message(bytes, limits), domains)
  } catch (error) {
    if (!(error instanceof Hl7Error)) throw error
    const { code, offset, limit, where } = error
    throw new FseError(code, { offset, limit, where })
  }
}

function withAttachments({ facts, attachments }: CarriedReport, context: ParseContext): ReportFacts {
  const { limits, nesting } = context
  if (attachments.length === 0) return facts
  if (nesting >= limits.maxNesting) throw new FseError('too-deep', { where: 'attachment', limit: limits.maxNesting })
  return attachments.reduce((merged, { contentType, base64 }) => {
    const bytes = decodeBase64(base64, limits.maxReportBytes)
    const inner = parseAttachment(bytes, contentType, { ...context, nesting: nesting + 1 })
    return inner === undefined ? merged : mergeFacts(merged, inner)
  }, facts)
}

const notReports: ReadonlySet<string> = new Set(['no-embedded-document', 'not-a-report'])

/** An attachment may be a picture, a drawing in XML, or a PDF that is only a PDF: then the carrier speaks alone. */
function parseAttachment(bytes: Uint8Array, contentType: string, context: ParseContext): ReportFacts | undefined {
  if (bytes.length === 0 || reportKindOf(contentType, bytes) === undefined) return undefined
  try {
    return parseDocument(bytes, contentType, context)
  } catch (error) {
    if (error instanceof FseError && notReports.has(error.code)) return undefined
    throw error
  }
}
