const preambleBytes = 128
const longLengthVrs = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'])

export interface SplitFile {
  readonly meta: ReadonlyMap<number, string>
  readonly transferSyntaxUid: string
  readonly dataSet: Buffer
}

/**
 * Splits a DICOM Part 10 file (PS3.10 7.1) into its file meta information and its data set, by walking group 0002
 * element by element: the group length of real files is not always right. Shares no code with the archive.
 */
export function splitPart10(bytes: Buffer): SplitFile {
  if (bytes.toString('latin1', preambleBytes, preambleBytes + 4) !== 'DICM') throw new Error('no DICM at offset 128')
  const meta = new Map<number, string>()
  let offset = preambleBytes + 4
  while (offset + 8 <= bytes.length && bytes.readUInt16LE(offset) === 0x0002) {
    const element = bytes.readUInt16LE(offset + 2)
    const isLong = longLengthVrs.has(bytes.toString('latin1', offset + 4, offset + 6))
    const length = isLong ? bytes.readUInt32LE(offset + 8) : bytes.readUInt16LE(offset + 6)
    const start = offset + (isLong ? 12 : 8)
    meta.set(element, bytes.toString('latin1', start, start + length).replace(/[\0 ]+$/, ''))
    offset = start + length
  }
  return { meta, transferSyntaxUid: meta.get(0x0010) ?? '', dataSet: bytes.subarray(offset) }
}

/** Where two byte strings first differ, for a message a reader can act on; `undefined` when they are equal. */
export function firstDifference(expected: Buffer, actual: Buffer): string | undefined {
  if (expected.equals(actual)) return undefined
  const shorter = Math.min(expected.length, actual.length)
  let offset = 0
  while (offset < shorter && expected[offset] === actual[offset]) offset += 1
  return `differ at byte ${offset} (expected ${expected.length} bytes, got ${actual.length})`
}
