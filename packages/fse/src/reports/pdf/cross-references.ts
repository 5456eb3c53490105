import { FseError } from '../../model/fse-error.ts'
import type { PdfBudget } from './pdf-budget.ts'
import { PdfParser } from './pdf-parser.ts'
import type { PdfDictionary, PdfStream, PdfValue } from './pdf-value.ts'

export type ObjectPlace =
  | { readonly kind: 'at-offset'; readonly offset: number }
  | { readonly kind: 'in-stream'; readonly stream: number }

export interface CrossReferences {
  /** The newest trailer: a signature or a correction appends one. */
  readonly trailer: PdfDictionary
  readonly places: ReadonlyMap<number, ObjectPlace>
}

export interface CrossReferenceOptions {
  readonly budget: PdfBudget
  streamBytes(stream: PdfStream): Buffer
}

const maxTailBytes = 2048
/** Incremental updates, each with its own section. */
const maxSections = 1_000
const maxPlaces = 300_000

/** Where every object is (ISO 32000-1 7.5.4, 7.5.8), by tables, by streams, or by both in one file. */
export function readCrossReferences(bytes: Buffer, options: CrossReferenceOptions): CrossReferences {
  const reader = new CrossReferenceReader(bytes, options)
  return reader.read()
}

class CrossReferenceReader {
  readonly #bytes: Buffer
  readonly #options: CrossReferenceOptions
  /** `undefined`: freed by a newer section, so an older one does not bring it back. */
  readonly #places = new Map<number, ObjectPlace | undefined>()
  readonly #seen = new Set<number>()
  #trailer: PdfDictionary | undefined

  constructor(bytes: Buffer, options: CrossReferenceOptions) {
    this.#bytes = bytes
    this.#options = options
  }

  read(): CrossReferences {
    const pending = [this.#startOffset()]
    for (let offset = pending.shift(); offset !== undefined; offset = pending.shift()) {
      if (this.#seen.has(offset)) continue
      this.#seen.add(offset)
      if (this.#seen.size > maxSections) throw new FseError('too-many-nodes', { where: 'xref', limit: maxSections })
      const { entries } = this.#readSection(offset)
      // What a hybrid file hides from old readers counts before the older sections.
      pending.push(...[entries.get('XRefStm'), entries.get('Prev')].flatMap(offsetOf))
    }
    if (this.#trailer === undefined) throw new FseError('malformed-pdf', { where: 'trailer' })
    const places = [...this.#places].flatMap(([object, place]) =>
      place === undefined ? [] : [[object, place] as const],
    )
    return { trailer: this.#trailer, places: new Map(places) }
  }

  #startOffset(): number {
    const from = Math.max(0, this.#bytes.length - maxTailBytes)
    const keyword = this.#bytes.lastIndexOf('startxref')
    if (keyword < from) throw new FseError('malformed-pdf', { where: 'startxref' })
    return this.#parserAt(keyword + 'startxref'.length).readInteger()
  }

  #readSection(offset: number): PdfDictionary {
    const parser = this.#parserAt(offset)
    const dictionary = parser.isNext('xref') ? this.#readTable(parser) : this.#readStream(parser)
    this.#trailer ??= dictionary
    return dictionary
  }

  /** Subsections of `first count`, then one line for each object; the trailer behind them. */
  #readTable(parser: PdfParser): PdfDictionary {
    parser.expect('xref')
    while (!parser.isNext('trailer')) {
      const first = parser.readInteger()
      const count = parser.readInteger()
      for (let i = 0; i < count; i++) {
        const offset = parser.readInteger()
        parser.readInteger()
        const isUsed = parser.isNext('n')
        parser.expect(isUsed ? 'n' : 'f')
        this.#add(first + i, isUsed ? { kind: 'at-offset', offset } : undefined)
      }
    }
    parser.expect('trailer')
    const trailer = parser.readValue()
    if (trailer.kind !== 'dictionary') throw new FseError('malformed-pdf', { where: 'trailer' })
    return trailer
  }

  #readStream(parser: PdfParser): PdfDictionary {
    const { value } = parser.readIndirectObject()
    if (value.kind !== 'stream') throw new FseError('malformed-pdf', { where: 'xref' })
    const { entries } = value.dictionary
    const widths = integersOf(entries.get('W'))
    const [size] = integersOf(entries.get('Size'))
    const index = integersOf(entries.get('Index'))
    const isUsable = widths.length === 3 && widths.every((width) => width <= 8) && size !== undefined
    if (!isUsable) throw new FseError('malformed-pdf', { where: 'xref' })
    const bytes = this.#options.streamBytes(value)
    this.#addEntries(bytes, widths, index.length > 0 ? index : [0, size])
    return value.dictionary
  }

  #addEntries(bytes: Buffer, widths: readonly number[], index: readonly number[]): void {
    const entryBytes = widths.reduce((sum, width) => sum + width, 0)
    if (entryBytes === 0) throw new FseError('malformed-pdf', { where: 'xref' })
    let at = 0
    for (let pair = 0; pair + 1 < index.length; pair += 2) {
      const [first = 0, count = 0] = index.slice(pair, pair + 2)
      for (let i = 0; i < count && at + entryBytes <= bytes.length; i++, at += entryBytes) {
        this.#add(first + i, placeOf(bytes.subarray(at, at + entryBytes), widths))
      }
    }
  }

  #add(object: number, place: ObjectPlace | undefined): void {
    if (!this.#places.has(object)) this.#places.set(object, place)
    if (this.#places.size > maxPlaces) throw new FseError('too-many-nodes', { where: 'xref', limit: maxPlaces })
  }

  #parserAt(offset: number): PdfParser {
    if (offset >= this.#bytes.length) throw new FseError('malformed-pdf', { where: 'xref', offset })
    return new PdfParser(this.#bytes, offset, this.#options.budget)
  }
}

/** Fields of one entry: kind (1 when its width is 0), then offset or stream. Kind 0 is free; others are not known yet. */
function placeOf(entry: Buffer, [kindWidth = 0, width = 0]: readonly number[]): ObjectPlace | undefined {
  const kind = kindWidth === 0 ? 1 : numberAt(entry, 0, kindWidth)
  const value = numberAt(entry, kindWidth, width)
  if (kind === 1) return { kind: 'at-offset', offset: value }
  return kind === 2 ? { kind: 'in-stream', stream: value } : undefined
}

function numberAt(bytes: Buffer, start: number, width: number): number {
  return bytes.subarray(start, start + width).reduce((number, byte) => number * 256 + byte, 0)
}

function integersOf(value: PdfValue | undefined): readonly number[] {
  const items = value?.kind === 'array' ? value.items : value === undefined ? [] : [value]
  return items.flatMap((item) => (item.kind === 'number' && item.value >= 0 ? [Math.floor(item.value)] : []))
}

function offsetOf(value: PdfValue | undefined): readonly number[] {
  return value?.kind === 'number' && Number.isSafeInteger(value.value) && value.value >= 0 ? [value.value] : []
}
