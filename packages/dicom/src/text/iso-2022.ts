import iconv from 'iconv-lite'
import { type CodeElement, type Designation, designations } from './character-sets.ts'
import type { EscapeBudget } from './escape-budget.ts'

const escapeByte = 0x1b
const space = 0x20

export interface CodeState {
  readonly g0: CodeElement | undefined
  readonly g1: CodeElement | undefined
}

export interface Iso2022 {
  readonly initial: CodeState
  /** Bytes, besides control characters, before which the initial code elements hold again: backslash, and in person names '^' and '='. */
  readonly resets: ReadonlySet<number>
  readonly escapes: EscapeBudget | undefined
}

/** Decodes text with code extensions (PS3.5 6.1.2.5). */
export function decodeIso2022(bytes: Uint8Array, { initial, resets, escapes }: Iso2022): string {
  let { g0, g1 } = initial
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at] as number
    if (byte === escapeByte) {
      escapes?.spend()
      const found = findEscape(bytes, at + 1)
      if (found?.designation.into === 'g0') g0 = found.designation.element
      else if (found) g1 = found.designation.element
      else text += '\x1b'
      at += 1 + (found?.lengthBytes ?? 0)
    } else if (byte >= 0x80) {
      const end = endOfRun(bytes, at, (next) => next >= 0x80)
      text += decodeHigh(bytes.subarray(at, end), g1)
      at = end
    } else if (g0 && byte > space) {
      const end = endOfRun(bytes, at, (next) => next > space && next < 0x80)
      text += decodePairs(bytes.subarray(at, end), g0)
      at = end
    } else {
      if (byte < space || resets.has(byte)) {
        g0 = initial.g0
        // Standard senders designate again; for the others the last set explains the bytes better than none.
        g1 = initial.g1 ?? g1
      }
      text += String.fromCharCode(byte)
      at++
    }
  }
  return text
}

function findEscape(bytes: Uint8Array, at: number): { designation: Designation; lengthBytes: number } | undefined {
  for (const lengthBytes of [2, 3]) {
    const designation = designations.get(Buffer.from(bytes.subarray(at, at + lengthBytes)).toString('hex'))
    if (designation) return { designation, lengthBytes }
  }
  return undefined
}

function endOfRun(bytes: Uint8Array, at: number, belongs: (byte: number) => boolean): number {
  let end = at
  while (end < bytes.length && belongs(bytes[end] as number)) end++
  return end
}

/** Bytes of G1; without a G1 they can only be Latin-1, which the senders that omit the charset mean. */
function decodeHigh(bytes: Uint8Array, g1: CodeElement | undefined): string {
  return iconv.decode(bytes, g1?.codec ?? 'iso-8859-1')
}

/** Seven-bit pairs of a 94x94 set in G0, taken to EUC. */
function decodePairs(bytes: Uint8Array, element: CodeElement): string {
  const euc: number[] = []
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    if (element.prefix !== undefined) euc.push(element.prefix)
    euc.push((bytes[i] as number) | 0x80, (bytes[i + 1] as number) | 0x80)
  }
  return iconv.decode(Buffer.from(euc), element.codec)
}
