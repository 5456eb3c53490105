import { randomBytes } from 'node:crypto'

const boundaryRandomBytes = 18

/** A boundary that no body can hold by accident: 144 random bits. */
export function createBoundary(): string {
  return `vna-${randomBytes(boundaryRandomBytes).toString('hex')}`
}

/** The Content-Type of the whole body, `type` quoted as RFC 2387 asks. */
export function multipartContentType(o: { boundary: string; partType: string }): string {
  return `multipart/related; type="${o.partType}"; boundary=${o.boundary}`
}

/**
 * What stands before a part's content. The line break before the boundary belongs to the boundary, so the first part
 * begins with `isFirst` and none: parts can then be written one after the other with nothing between.
 */
export function encodePartHeader(o: {
  boundary: string
  contentType: string
  contentLengthBytes?: number
  contentLocation?: string
  isFirst?: boolean
}): Buffer {
  for (const value of [o.contentType, o.contentLocation ?? '']) assertHeaderValue(value)
  const lines = [`${o.isFirst ? '' : '\r\n'}--${o.boundary}`, `Content-Type: ${o.contentType}`]
  if (o.contentLengthBytes !== undefined) lines.push(`Content-Length: ${o.contentLengthBytes}`)
  if (o.contentLocation !== undefined) lines.push(`Content-Location: ${o.contentLocation}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

export function encodeClosingBoundary(boundary: string): Buffer {
  return Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1')
}

/** A value with a line break would be another header, or the end of them. Whoever has one leaves it out before. */
function assertHeaderValue(value: string): void {
  if (!/^[\x20-\x7e]*$/.test(value)) throw new Error('a header value has characters that none may have')
}
