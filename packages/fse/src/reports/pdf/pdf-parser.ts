import { FseError } from '../../model/fse-error.ts'
import type { PdfBudget } from './pdf-budget.ts'
import { type PdfDictionary, type PdfValue, pdfNull } from './pdf-value.ts'

const whiteSpace: ReadonlySet<number> = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20])
const delimiters: ReadonlySet<number> = new Set(Array.from('()<>[]{}/%', (character) => character.charCodeAt(0)))
const maxTokenBytes = 256

const lineFeed = 0x0a
const carriageReturn = 0x0d
const code = (character: string) => character.charCodeAt(0)

/** Reads objects of PDF syntax one after another from a place in a file or in an inflated object stream. */
export class PdfParser {
  readonly #bytes: Buffer
  readonly #budget: PdfBudget
  at: number

  constructor(bytes: Uint8Array, at: number, budget: PdfBudget) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#budget = budget
    this.at = at
  }

  readValue(depth = 0): PdfValue {
    this.#budget.checkDepth(depth)
    this.#budget.spendValue()
    this.skipSpace()
    const first = this.#bytes[this.at]
    if (first === code('/')) return { kind: 'name', value: this.#readName() }
    if (first === code('(')) return { kind: 'string', value: this.#readLiteral() }
    if (first === code('[')) return { kind: 'array', items: this.#readArray(depth) }
    if (first !== code('<')) return this.#readPlain()
    return this.#bytes[this.at + 1] === code('<')
      ? this.#readDictionary(depth)
      : { kind: 'string', value: this.#readHex() }
  }

  /** `12 0 obj`, and the object behind it; a stream when `stream` follows its dictionary. */
  readIndirectObject(): { readonly object: number; readonly value: PdfValue } {
    const start = this.at
    const found = this.#readIndirectObject()
    this.#budget.spendScanned(this.at - start)
    return found
  }

  #readIndirectObject(): { readonly object: number; readonly value: PdfValue } {
    const object = this.#readInteger()
    this.#readInteger()
    this.expect('obj')
    const value = this.readValue()
    if (value.kind !== 'dictionary' || !this.#isNext('stream')) return { object, value }
    this.expect('stream')
    if (this.#bytes[this.at] === carriageReturn) this.at++
    if (this.#bytes[this.at] === lineFeed) this.at++
    return { object, value: { kind: 'stream', dictionary: value, start: this.at } }
  }

  readInteger(): number {
    return this.#readInteger()
  }

  /** Whether the next token is this keyword; nothing is consumed but space. */
  isNext(keyword: string): boolean {
    return this.#isNext(keyword)
  }

  expect(keyword: string): void {
    if (!this.#isNext(keyword)) throw this.#malformed()
    this.at += keyword.length
  }

  skipSpace(): void {
    while (this.at < this.#bytes.length) {
      const byte = this.#bytes[this.at] as number
      if (byte === code('%')) this.#skipComment()
      else if (!whiteSpace.has(byte)) return
      else this.at++
    }
  }

  #skipComment(): void {
    while (this.at < this.#bytes.length) {
      const byte = this.#bytes[this.at]
      if (byte === lineFeed || byte === carriageReturn) return
      this.at++
    }
  }

  #isNext(keyword: string): boolean {
    this.skipSpace()
    return this.#bytes.toString('latin1', this.at, this.at + keyword.length) === keyword
  }

  #readToken(): string {
    const start = this.at
    while (this.at < this.#bytes.length && this.at - start <= maxTokenBytes) {
      const byte = this.#bytes[this.at] as number
      if (whiteSpace.has(byte) || delimiters.has(byte)) break
      this.at++
    }
    if (this.at - start > maxTokenBytes) throw this.#malformed()
    return this.#bytes.toString('latin1', start, this.at)
  }

  #readInteger(): number {
    this.#budget.spendValue()
    this.skipSpace()
    const token = this.#readToken()
    if (!/^\d{1,10}$/.test(token)) throw this.#malformed()
    return Number(token)
  }

  /** Number, reference, true, false, null. */
  #readPlain(): PdfValue {
    const token = this.#readToken()
    if (/^\d{1,10}$/.test(token)) return this.#readReference(Number(token)) ?? { kind: 'number', value: Number(token) }
    if (/^[+-]?\d*\.?\d*$/.test(token) && /\d/.test(token)) return { kind: 'number', value: Number(token) }
    if (token === 'true' || token === 'false') return { kind: 'boolean', value: token === 'true' }
    if (token === 'null') return pdfNull
    throw this.#malformed()
  }

  /** `12 0 R`: only when both pieces follow; else the place stays behind the first number. */
  #readReference(object: number): PdfValue | undefined {
    const start = this.at
    this.skipSpace()
    const generation = this.#readToken()
    if (/^\d{1,5}$/.test(generation) && this.#isNext('R')) {
      const behind = this.#bytes[this.at + 1]
      if (behind === undefined || whiteSpace.has(behind) || delimiters.has(behind)) {
        this.at++
        return { kind: 'reference', object }
      }
    }
    this.at = start
    return undefined
  }

  #readName(): string {
    this.at++
    return this.#readToken().replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => {
      return String.fromCharCode(Number.parseInt(hex, 16))
    })
  }

  #readArray(depth: number): readonly PdfValue[] {
    this.at++
    const items: PdfValue[] = []
    while (!this.#isNext(']')) items.push(this.readValue(depth + 1))
    this.at++
    return items
  }

  #readDictionary(depth: number): PdfDictionary {
    this.at += 2
    const entries = new Map<string, PdfValue>()
    while (!this.#isNext('>>')) {
      if (this.#bytes[this.at] !== code('/')) throw this.#malformed()
      const name = this.#readName()
      entries.set(name, this.readValue(depth + 1))
    }
    this.at += 2
    return { kind: 'dictionary', entries }
  }

  /** ISO 32000-1 7.3.4.2: balanced parentheses need no escape. */
  #readLiteral(): Uint8Array {
    const start = this.at + 1
    let open = 1
    for (this.at = start; this.at < this.#bytes.length; this.at++) {
      const byte = this.#bytes[this.at]
      if (byte === code('\\')) this.at++
      else if (byte === code('(')) open++
      else if (byte === code(')') && --open === 0) {
        return unescapeLiteral(this.#bytes.toString('latin1', start, this.at++))
      }
    }
    throw this.#malformed()
  }

  #readHex(): Uint8Array {
    const end = this.#bytes.indexOf('>', this.at)
    if (end < 0) throw this.#malformed()
    const digits = this.#bytes.toString('latin1', this.at + 1, end).replace(/[\0\t\n\f\r ]/g, '')
    if (!/^[0-9A-Fa-f]*$/.test(digits)) throw this.#malformed()
    this.at = end + 1
    return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
  }

  #malformed(): FseError {
    return new FseError('malformed-pdf', { offset: this.at })
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

function unescapeLiteral(text: string): Uint8Array {
  const plain = text.replace(/\\([0-7]{1,3}|\r\n|[\s\S])/g, (_, escaped: string) => {
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8) & 0xff)
    if (escaped === '\n' || escaped === '\r' || escaped === '\r\n') return ''
    return escapes[escaped] ?? escaped
  })
  return Buffer.from(plain, 'latin1')
}
