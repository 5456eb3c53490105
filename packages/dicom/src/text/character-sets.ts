/**
 * Defined terms of Specific Character Set (PS3.3 C.12.1.1.2). `codec` is what iconv-lite calls the encoding; for the
 * 94x94 sets the bytes are taken to their EUC form first.
 */
export interface CodeElement {
  readonly codec: string
  /** Bytes of one character: 2 for the sets of 94x94. */
  readonly width: 1 | 2
  /** Set before the EUC bytes of JIS X 0212 (single shift three). */
  readonly prefix?: number
}

export type CharacterSet =
  /** No code extensions possible: the whole value goes through one codec (PS3.3 Table C.12-5). */
  | { readonly kind: 'whole'; readonly codec: 'utf-8' | 'gb18030' | 'gbk' }
  /** Initial G0 and G1 of ISO 2022; undefined G0 is ASCII, undefined G1 is empty. */
  | { readonly kind: 'iso2022'; readonly g0?: CodeElement; readonly g1?: CodeElement }

const single = (codec: string): CodeElement => ({ codec, width: 1 })
const katakana = single('shiftjis')
const jisX0208: CodeElement = { codec: 'eucjp', width: 2 }
const jisX0212: CodeElement = { codec: 'eucjp', width: 2, prefix: 0x8f }
const ksX1001: CodeElement = { codec: 'euckr', width: 2 }
const gb2312: CodeElement = { codec: 'gbk', width: 2 }

/** By ISO registration number: single-byte sets in G1, with the final byte of their escape sequence ESC 02/13. */
const singleByteSets: readonly (readonly [string, string, number])[] = [
  ['100', 'iso-8859-1', 0x41],
  ['101', 'iso-8859-2', 0x42],
  ['109', 'iso-8859-3', 0x43],
  ['110', 'iso-8859-4', 0x44],
  ['144', 'iso-8859-5', 0x4c],
  ['127', 'iso-8859-6', 0x47],
  ['126', 'iso-8859-7', 0x46],
  ['138', 'iso-8859-8', 0x48],
  ['148', 'iso-8859-9', 0x4d],
  ['203', 'iso-8859-15', 0x62],
  ['166', 'tis620', 0x54],
]

const characterSets = new Map<string, CharacterSet>([
  ['6', { kind: 'iso2022' }],
  ['13', { kind: 'iso2022', g1: katakana }],
  // As value 1 these are not allowed; senders that do it mean ASCII in G0 until the escape sequence.
  ['87', { kind: 'iso2022' }],
  ['159', { kind: 'iso2022' }],
  ['149', { kind: 'iso2022', g1: ksX1001 }],
  ['58', { kind: 'iso2022', g1: gb2312 }],
  ['192', { kind: 'whole', codec: 'utf-8' }],
  ['UTF-8', { kind: 'whole', codec: 'utf-8' }],
  ['UTF8', { kind: 'whole', codec: 'utf-8' }],
  ['GB18030', { kind: 'whole', codec: 'gb18030' }],
  ['GBK', { kind: 'whole', codec: 'gbk' }],
  ...singleByteSets.map(([number, codec]) => [number, { kind: 'iso2022', g1: single(codec) }] as const),
])

/** `undefined` for a term nobody defined. Takes the misspellings seen in the field: ISO-IR 100, ISO_IR_100. */
export function findCharacterSet(term: string): CharacterSet | undefined {
  const name = term.trim().toUpperCase()
  const number = /^ISO[ _-]?(?:2022[ _-]?)?IR[ _-]?(\d+)$/.exec(name)?.[1]
  return characterSets.get(number ?? name)
}

export interface Designation {
  readonly into: 'g0' | 'g1'
  readonly element: CodeElement | undefined
}

/** Escape sequences without the ESC, as hexadecimal (PS3.3 Tables C.12-3 and C.12-4). */
export const designations: ReadonlyMap<string, Designation> = new Map<string, Designation>([
  ['2842', { into: 'g0', element: undefined }],
  // JIS X 0201 romaji: ASCII but for yen and overline; the yen byte separates values, so ASCII it stays.
  ['284a', { into: 'g0', element: undefined }],
  ['2949', { into: 'g1', element: katakana }],
  ['2442', { into: 'g0', element: jisX0208 }],
  ['2440', { into: 'g0', element: jisX0208 }],
  ['242844', { into: 'g0', element: jisX0212 }],
  ['242943', { into: 'g1', element: ksX1001 }],
  ['242941', { into: 'g1', element: gb2312 }],
  ...singleByteSets.map(
    ([, codec, final]) => [`2d${final.toString(16)}`, { into: 'g1', element: single(codec) }] as const,
  ),
])
