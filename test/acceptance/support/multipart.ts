export interface Part {
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

const crlf = '\r\n'

/** Reads the parts of a multipart body (RFC 2046 5.1.1) that is held in memory. */
export function parseMultipart(contentType: string, body: Buffer): readonly Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  if (boundary === undefined) throw new Error(`no boundary in ${contentType}`)
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  const parts: Part[] = []
  let start = body.indexOf(delimiter)
  while (start >= 0) {
    const afterDelimiter = start + delimiter.length
    if (body.toString('latin1', afterDelimiter, afterDelimiter + 2) === '--') return parts
    const end = body.indexOf(Buffer.concat([Buffer.from(crlf), delimiter]), afterDelimiter)
    if (end < 0) break
    parts.push(parsePart(body.subarray(afterDelimiter + crlf.length, end)))
    start = end + crlf.length
  }
  throw new Error('multipart body ends without its closing delimiter')
}

function parsePart(bytes: Buffer): Part {
  const headerEnd = bytes.indexOf(crlf + crlf)
  if (headerEnd < 0) throw new Error('part without the end of its headers')
  const lines = bytes.toString('latin1', 0, headerEnd).split(crlf)
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  return { headers, body: bytes.subarray(headerEnd + 2 * crlf.length) }
}

const ownBoundary = 'acceptance-boundary-7c1f'
export const multipartDicom = `multipart/related; type="application/dicom"; boundary=${ownBoundary}`

/** A STOW-RS request body (PS3.18 8.7.2): one `application/dicom` part a file. */
export function encodeMultipart(files: readonly Buffer[]): Buffer<ArrayBuffer> {
  const open = Buffer.from(`--${ownBoundary}${crlf}Content-Type: application/dicom${crlf}${crlf}`)
  const parts = files.flatMap((file) => [open, file, Buffer.from(crlf)])
  return Buffer.concat([...parts, Buffer.from(`--${ownBoundary}--${crlf}`)])
}
