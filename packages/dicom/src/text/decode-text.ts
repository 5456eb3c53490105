import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { vrInfoOf } from '../value-representations.ts'
import { findCharacterSet } from './character-sets.ts'
import type { EscapeBudget } from './escape-budget.ts'
import { type CodeState, decodeIso2022 } from './iso-2022.ts'

const backslash = 0x5c
const caret = 0x5e
const equals = 0x3d

const katakanaSet = findCharacterSet('ISO_IR 13')

const textResets: ReadonlySet<number> = new Set()
const multiValueResets: ReadonlySet<number> = new Set([backslash])
const personNameResets: ReadonlySet<number> = new Set([backslash, caret, equals])

/** VRs whose leading spaces mean nothing (PS3.5 Table 6.2-1). */
const leadingSpaceVrs: ReadonlySet<string> = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'LO', 'SH', 'TM', 'UI'])

/**
 * Text of a value by Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1), padding removed; several values stay joined
 * by backslashes. Never throws: unknown terms and stray bytes are read as UTF-8 where they are, else as Latin-1. Only a budget
 * given is kept to.
 */
export function decodeText(value: Uint8Array, charsets: readonly string[], vr: string, escapes?: EscapeBudget): string {
  const end = endWithoutPadding(value)
  const plain = isPlain(value, end)
  const text = plain ? latin1(value, end) : decodeBytes(value.subarray(0, end), { charsets, vr, escapes })
  return leadingSpaceVrs.has(vr) ? text.trimStart() : text
}

/** The values of (0008,0005), the first possibly empty (PS3.3 C.12.1.1.2). */
export function parseCharsets(value: Uint8Array): readonly string[] {
  return splitCharsets(latin1(value, endWithoutPadding(value)))
}

export function splitCharsets(text: string): readonly string[] {
  return text.split('\\').map((term) => term.trim())
}

function endWithoutPadding(value: Uint8Array): number {
  let end = value.length
  while (end > 0 && (value[end - 1] === 0 || value[end - 1] === 0x20)) end--
  return end
}

/** ASCII and nothing else: no byte above 7 bits, no escape sequence, no NUL. */
function isPlain(bytes: Uint8Array, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] as number
    if (byte >= 0x80 || byte === 0x1b || byte === 0) return false
  }
  return true
}

/**
 * Without lone surrogates, which no UTF-8 can hold, and without NUL. NUL pads inner values of UI, and all text of some writers; PostgreSQL stores none in text. It goes after decoding:
 * before, it could be half of a character.
 */
function decodeBytes(bytes: Uint8Array, coding: Coding): string {
  return decodeExtended(bytes, coding).replaceAll('\0', '').toWellFormed()
}

interface Coding {
  readonly charsets: readonly string[]
  readonly vr: string
  readonly escapes: EscapeBudget | undefined
}

function decodeExtended(bytes: Uint8Array, { charsets, vr, escapes }: Coding): string {
  const info = vrInfoOf(vr)
  const set = info.extendedText ? findCharacterSet(charsets[0] || 'ISO_IR 6') : undefined
  // Katakana alone: Shift JIS has the same bytes, and explains those of senders that mean all of it.
  if (set === katakanaSet && charsets.length === 1 && !bytes.includes(0x1b)) return iconv.decode(bytes, 'shiftjis')
  if (set?.kind === 'whole') return set.codec === 'utf-8' ? utf8(bytes) : iconv.decode(bytes, set.codec)
  const declared = set !== undefined && (set.g1 !== undefined || charsets.length > 1)
  if (!declared && looksUtf8(bytes)) return utf8(bytes)
  const initial: CodeState = { g0: set?.g0, g1: set?.g1 }
  return decodeIso2022(bytes, { initial, resets: resetsOf(vr, info.multiValued), escapes })
}

function resetsOf(vr: string, multiValued: boolean): ReadonlySet<number> {
  if (vr === 'PN') return personNameResets
  return multiValued ? multiValueResets : textResets
}

function looksUtf8(bytes: Uint8Array): boolean {
  return !bytes.includes(0x1b) && isUtf8(bytes)
}

function utf8(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf8')
}

function latin1(bytes: Uint8Array, end: number): string {
  return asBuffer(bytes).toString('latin1', 0, end)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
