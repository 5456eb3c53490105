export type ReportKind = 'cda'

const kindOf: ReadonlyMap<string, ReportKind> = new Map([
  ['application/xml', 'cda'],
  ['text/xml', 'cda'],
  ['text/x-cda-r2+xml', 'cda'],
  ['application/hl7-cda+xml', 'cda'],
])

/** Content types that say nothing; the first bytes decide. */
const general: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream'])

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
  return head.startsWith('<') ? 'cda' : undefined
}
