import type { DicomJson } from '@vna/catalog'
import { acceptedRanges, negotiateMetadata, parseQidoRequest, type QidoResource } from '@vna/dicomweb'
import type { DicomwebDependencies } from './dicomweb-dependencies.ts'
import { callerKeyOf, type ReadHandler, type ReadRequest } from './read-request.ts'

const studyInstanceUidTag = '0020000D'
const seriesInstanceUidTag = '0020000E'
const sopInstanceUidTag = '00080018'
const retrieveUrl = '00081190'

/** Answers a search (QIDO-RS, PS3.18 10.6). `level` and the UIDs of the path make its resource. */
export function createSearchHandler(dependencies: DicomwebDependencies, level: QidoResource['level']): ReadHandler {
  return async (read) => {
    const { request, response, parameters } = read
    const accept = { accept: request.headers.accept, acceptParameter: parameters.get('accept') ?? undefined }
    const contentType = negotiateMetadata(acceptedRanges(accept))
    const { query, resultLimit } = parseQidoRequest({ level, ...pathUids(read) }, parameters)
    const found = await dependencies.searches.run(
      callerKeyOf(read.principal),
      () => dependencies.index.search(query, read.grant.predicate),
      read.signal,
    )
    const results = found.slice(0, resultLimit)
    const keys = query.keys.map((key) => key.keyword)
    await read.grant.record('allowed', { level, ...pathUids(read), keys, results: results.length })
    const warnings = warningsOf({
      hasMore: found.length > resultLimit,
      unmatched: dependencies.index.unsupportedKeys(query).map((key) => key.keyword),
    })
    const body = JSON.stringify(results.map((result) => withRetrieveUrl(result, level, read.baseUrl)))
    if (warnings.length > 0) response.setHeader('warning', warnings)
    response.writeHead(200, {
      'content-type': contentType,
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'private, no-cache',
    })
    response.end(body)
  }
}

function pathUids({ request }: ReadRequest): { studyInstanceUid?: string; seriesInstanceUid?: string } {
  const { study, series } = request.params
  return {
    ...(typeof study === 'string' && { studyInstanceUid: study }),
    ...(typeof series === 'string' && { seriesInstanceUid: series }),
  }
}

/** PS3.18 8.3.4.4 and 10.6.3: what a client should know about an answer that is not wrong. */
function warningsOf(o: { hasMore: boolean; unmatched: readonly string[] }): string[] {
  const warnings: string[] = []
  if (o.hasMore) warnings.push('299 vna "There are additional results that can be requested"')
  if (o.unmatched.length > 0) {
    warnings.push(`299 vna "These attributes are not matched: ${[...new Set(o.unmatched)].join(', ')}"`)
  }
  return warnings
}

/** Retrieve URL (0008,1190) of the found resource, at its place in the order of tags. */
function withRetrieveUrl(result: DicomJson, level: QidoResource['level'], baseUrl: string): DicomJson {
  const uid = (tag: string): unknown => result[tag]?.Value?.[0]
  let url = `${baseUrl}/studies/${uid(studyInstanceUidTag)}`
  if (level !== 'study') url += `/series/${uid(seriesInstanceUidTag)}`
  if (level === 'instance') url += `/instances/${uid(sopInstanceUidTag)}`
  const entries = [...Object.entries(result), [retrieveUrl, { vr: 'UR', Value: [url] }] as const]
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
