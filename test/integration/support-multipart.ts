export interface ReceivedPart {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Reads a multipart answer without our own parser, so that one cannot hide the other's mistakes. */
export async function readMultipart(response: Response): Promise<ReceivedPart[]> {
  const contentType = response.headers.get('content-type') ?? ''
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1]
  if (!contentType.startsWith('multipart/related') || boundary === undefined)
    throw new Error(`not multipart: ${contentType}`)
  const body = Buffer.from(await response.arrayBuffer())
  const delimiter = Buffer.from(`--${boundary}`)
  const parts: ReceivedPart[] = []
  let at = body.indexOf(delimiter)
  for (;;) {
    at += delimiter.length
    if (body.toString('latin1', at, at + 2) === '--') return parts
    const headerEnd = body.indexOf('\r\n\r\n', at)
    const next = body.indexOf(`\r\n--${boundary}`, headerEnd + 2)
    if (headerEnd < 0 || next < 0) throw new Error('the multipart answer is cut')
    const lines = body.toString('latin1', at + 2, headerEnd).split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    parts.push({ headers, body: body.subarray(headerEnd + 4, next) })
    at = next + 2
  }
}
