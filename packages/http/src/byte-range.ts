export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Parses a Range header of one byte range (RFC 9110 14.1.2) for a body of `sizeBytes`; `end` is exclusive. `undefined`:
 * to be ignored, as it is none that is offered (several ranges, other units); `unsatisfiable`: outside the body.
 */
export function parseByteRange(text: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text?.replaceAll(' ', '') ?? '')
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  if (first === '') {
    const start = Math.max(sizeBytes - Number(last), 0)
    return last === '0' || sizeBytes === 0 ? 'unsatisfiable' : { start, end: sizeBytes }
  }
  const start = Number(first)
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes)
  if (last !== '' && Number(last) < start) return undefined
  return start >= sizeBytes ? 'unsatisfiable' : { start, end }
}
