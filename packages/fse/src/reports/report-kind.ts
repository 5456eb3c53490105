export type ReportKind = 'cda' | 'pdf' | 'fhir' | 'hl7'

const kindOf: ReadonlyMap<string, ReportKind> = new Map([
  ['application/xml', 'cda'],
  ['text/xml', 'cda'],
  ['text/x-cda-r2+xml', 'cda'],
  ['application/hl7-cda+xml', 'cda'],
  ['application/pdf', 'pdf'],
  ['application/pdf+text/x-cda-r2+xml', 'pdf'],
  ['application/fhir+json', 'fhir'],
  ['application/json+fhir', 'fhir'],
  ['application/json', 'fhir'],
  ['application/hl7-v2', 'hl7'],
  ['application/hl7-v2+er7', 'hl7'],
  ['x-application/hl7-v2+er7', 'hl7'],
  ['application/edi-hl7', 'hl7'],
  ['text/hl7v2', 'hl7'],
])

/** Content types that say nothing; the first bytes decide. */
const general: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'text/plain'])

/** Content types of reports, as they are announced to clients. */
export const reportContentTypes: readonly string[] = [...kindOf.keys()]

export function reportKindOf(contentType: string, bytes: Uint8Array): ReportKind | undefined {
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  return general.has(mediaType) ? kindByFirstBytes(bytes) : kindOf.get(mediaType)
}

const headBytes = 64

function kindByFirstBytes(bytes: Uint8Array): ReportKind | undefined {
  const head = Buffer.from(bytes.subarray(0, headBytes))
    .toString('latin1')
    .replace(/^\u00EF\u00BB\u00BF/, '')
    .trimStart()
  if (head.startsWith('%PDF-')) return 'pdf'
  if (head.startsWith('MSH')) return 'hl7'
  if (head.startsWith('{')) return 'fhir'
  // UTF-16 begins with a mark or has a zero in its first character.
  return /^(?:<|\u00FF\u00FE|\u00FE\u00FF|\0<)/.test(head) ? 'cda' : undefined
}
