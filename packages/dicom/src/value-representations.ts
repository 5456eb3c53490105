/** How DICOM JSON and the text decoder treat a VR (PS3.5 6.2, PS3.18 F.2.3). */
export type VrKind = 'text' | 'person-name' | 'number-text' | 'number' | 'tag' | 'binary' | 'sequence'

export interface VrInfo {
  readonly vr: string
  readonly kind: VrKind
  /** Explicit VR: two reserved bytes and a 32-bit length (PS3.5 Table 7.1-1) instead of a 16-bit length. */
  readonly longForm: boolean
  /** Bytes of one value, 1 for strings and byte streams: what byte swapping and value counts go by. */
  readonly unitBytes: number
  /** Text in the Specific Character Set (PS3.5 6.1.2.3), not only the default repertoire. */
  readonly extendedText: boolean
  /** Backslash separates values. */
  readonly multiValued: boolean
}

const table: readonly (readonly [string, VrKind, string, number])[] = [
  ['AE', 'text', 'm', 1],
  ['AS', 'text', 'm', 1],
  ['AT', 'tag', '', 4],
  ['CS', 'text', 'm', 1],
  ['DA', 'text', 'm', 1],
  ['DS', 'number-text', 'm', 1],
  ['DT', 'text', 'm', 1],
  ['FD', 'number', '', 8],
  ['FL', 'number', '', 4],
  ['IS', 'number-text', 'm', 1],
  ['LO', 'text', 'mx', 1],
  ['LT', 'text', 'x', 1],
  ['OB', 'binary', 'l', 1],
  ['OD', 'binary', 'l', 8],
  ['OF', 'binary', 'l', 4],
  ['OL', 'binary', 'l', 4],
  ['OV', 'binary', 'l', 8],
  ['OW', 'binary', 'l', 2],
  ['PN', 'person-name', 'mx', 1],
  ['SH', 'text', 'mx', 1],
  ['SL', 'number', '', 4],
  ['SQ', 'sequence', 'l', 1],
  ['SS', 'number', '', 2],
  ['ST', 'text', 'x', 1],
  ['SV', 'number', 'l', 8],
  ['TM', 'text', 'm', 1],
  ['UC', 'text', 'lmx', 1],
  ['UI', 'text', 'm', 1],
  ['UL', 'number', '', 4],
  ['UN', 'binary', 'l', 1],
  ['UR', 'text', 'l', 1],
  ['US', 'number', '', 2],
  ['UT', 'text', 'lx', 1],
  ['UV', 'number', 'l', 8],
]

export const valueRepresentations: ReadonlyMap<string, VrInfo> = new Map(
  table.map(([vr, kind, flags, unitBytes]) => [
    vr,
    {
      vr,
      kind,
      longForm: flags.includes('l'),
      unitBytes,
      extendedText: flags.includes('x'),
      multiValued: flags.includes('m'),
    },
  ]),
)

const letterA = 0x41
const letters = 26

/** Index of two capital letters, -1 for other bytes. */
function letterIndex(first: number, second: number): number {
  const high = first - letterA
  const low = second - letterA
  return high >= 0 && high < letters && low >= 0 && low < letters ? high * letters + low : -1
}

const byLetters: (VrInfo | undefined)[] = new Array(letters * letters).fill(undefined)
for (const info of valueRepresentations.values()) {
  byLetters[letterIndex(info.vr.charCodeAt(0), info.vr.charCodeAt(1))] = info
}

/** A VR this edition does not know: PS3.5 7.1.2 gives every later one the long form. */
const laterVr: VrInfo = valueRepresentations.get('UN') as VrInfo

/** The VR two bytes spell; `undefined` unless they are capital letters. */
export function vrInfoOfBytes(first: number, second: number): VrInfo | undefined {
  const index = letterIndex(first, second)
  return index < 0 ? undefined : (byLetters[index] ?? laterVr)
}

/** True only for the VRs of PS3.5 6.2, so that encodings can be told apart. */
export function isKnownVr(first: number, second: number): boolean {
  const index = letterIndex(first, second)
  return index >= 0 && byLetters[index] !== undefined
}

export function vrInfoOf(vr: string): VrInfo {
  return valueRepresentations.get(vr) ?? laterVr
}
