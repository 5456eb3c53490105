import { FseError } from '../../model/fse-error.ts'
import { type CrossReferences, readCrossReferences } from './cross-references.ts'
import { inflateBounded, undoPredictor } from './decode-stream.ts'
import { PdfBudget, type PdfLimits } from './pdf-budget.ts'
import { PdfParser } from './pdf-parser.ts'
import { type PdfDictionary, type PdfStream, type PdfValue, pdfNull } from './pdf-value.ts'

const maxHeaderOffset = 1024

const noCrossReferences: CrossReferences = { trailer: { kind: 'dictionary', entries: new Map() }, places: new Map() }

/**
 * A PDF read object by object, as they are asked for: pages, fonts and pictures are never touched. Every object that is
 * looked at and every byte that is inflated counts against a limit of the whole document, so that neither cycles nor
 * bombs get far.
 */
export class PdfDocument {
  readonly #bytes: Buffer
  readonly #budget: PdfBudget
  #crossReferences: CrossReferences = noCrossReferences
  readonly #objectStreams = new Map<number, Buffer>()
  /** Object streams that are being opened: one may need a number that lies in the next. */
  #opening = 0

  constructor(bytes: Uint8Array, limits: PdfLimits) {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    // Offsets count from the header, and some senders put something before it.
    const start = whole.subarray(0, maxHeaderOffset).indexOf('%PDF-')
    if (start < 0) throw new FseError('malformed-pdf', { where: 'header', offset: 0 })
    this.#bytes = whole.subarray(start)
    this.#budget = new PdfBudget(limits)
    this.#crossReferences = readCrossReferences(this.#bytes, {
      budget: this.#budget,
      // Streams of cross-references stand for themselves: what they need is never an indirect object.
      streamBytes: (stream) => this.streamBytes(stream),
    })
    if (this.#crossReferences.trailer.entries.has('Encrypt')) throw new FseError('encrypted-pdf')
  }

  get catalog(): PdfDictionary {
    const root = this.dictionaryOf(this.#crossReferences.trailer.entries.get('Root'))
    if (root === undefined) throw new FseError('malformed-pdf', { where: 'Root' })
    return root
  }

  /** The object itself, references followed. */
  resolve(value: PdfValue | undefined): PdfValue {
    let found = value ?? pdfNull
    while (found.kind === 'reference') found = this.#readObject(found.object)
    return found
  }

  dictionaryOf(value: PdfValue | undefined): PdfDictionary | undefined {
    const found = this.resolve(value)
    return found.kind === 'dictionary' ? found : undefined
  }

  /** The bytes of a stream behind its filters. */
  streamBytes(stream: PdfStream): Buffer {
    const { entries } = stream.dictionary
    const filters = this.#listOf(entries.get('Filter') ?? entries.get('F'))
    const parameters = this.#listOf(entries.get('DecodeParms') ?? entries.get('DP'))
    return filters.reduce<Buffer>((bytes, filter, index) => {
      const isFlate = filter.kind === 'name' && (filter.value === 'FlateDecode' || filter.value === 'Fl')
      if (!isFlate) throw new FseError('unsupported-pdf-filter', { where: 'Filter' })
      return this.#undoPredictor(inflateBounded(bytes, this.#budget), this.dictionaryOf(parameters[index]))
    }, this.#rawBytes(stream))
  }

  #undoPredictor(bytes: Buffer, parameters: PdfDictionary | undefined): Buffer {
    const numberAt = (name: string, otherwise: number) => this.#numberOf(parameters?.entries.get(name)) ?? otherwise
    return undoPredictor(bytes, {
      predictor: numberAt('Predictor', 1),
      columns: numberAt('Columns', 1),
      colors: numberAt('Colors', 1),
      bitsPerComponent: numberAt('BitsPerComponent', 8),
    })
  }

  #readObject(object: number): PdfValue {
    this.#budget.spendObject()
    const place = this.#crossReferences.places.get(object)
    if (place === undefined) return pdfNull
    if (place.kind === 'in-stream') return this.#readFromStream(place.stream, object)
    const found = new PdfParser(this.#bytes, place.offset, this.#budget).readIndirectObject()
    if (found.object !== object) throw new FseError('malformed-pdf', { where: 'xref', offset: place.offset })
    return found.value
  }

  /** ISO 32000-1 7.5.7: pairs of object number and offset, then the objects. */
  #readFromStream(streamObject: number, object: number): PdfValue {
    const { bytes, first, count } = this.#openObjectStream(streamObject)
    const header = new PdfParser(bytes, 0, this.#budget)
    for (let i = 0; i < count && header.at < first; i++) {
      const number = header.readInteger()
      const offset = header.readInteger()
      if (number === object) return new PdfParser(bytes, first + offset, this.#budget).readValue()
    }
    return pdfNull
  }

  #openObjectStream(object: number): { readonly bytes: Buffer; readonly first: number; readonly count: number } {
    const place = this.#crossReferences.places.get(object)
    // An object stream never lies in another.
    if (place?.kind !== 'at-offset') throw new FseError('malformed-pdf', { where: 'ObjStm' })
    const stream = this.#readObject(object)
    if (stream.kind !== 'stream') throw new FseError('malformed-pdf', { where: 'ObjStm' })
    const bytes = this.#objectStreams.get(object) ?? this.#inflateObjectStream(stream)
    this.#objectStreams.set(object, bytes)
    const first = this.#numberOf(stream.dictionary.entries.get('First'))
    const count = this.#numberOf(stream.dictionary.entries.get('N'))
    if (first === undefined || count === undefined) throw new FseError('malformed-pdf', { where: 'ObjStm' })
    return { bytes, first, count }
  }

  #inflateObjectStream(stream: PdfStream): Buffer {
    this.#budget.checkDepth(++this.#opening)
    const bytes = this.streamBytes(stream)
    this.#opening--
    return bytes
  }

  #rawBytes(stream: PdfStream): Buffer {
    const length = this.#numberOf(stream.dictionary.entries.get('Length'))
    const end = length === undefined ? -1 : stream.start + length
    if (end >= stream.start && this.#endsAt(end)) return this.#bytes.subarray(stream.start, end)
    // A wrong length is common enough; the keyword tells.
    const found = this.#bytes.indexOf('endstream', stream.start)
    if (found < 0) throw new FseError('malformed-pdf', { where: 'stream', offset: stream.start })
    this.#budget.spendScanned(found - stream.start)
    return this.#bytes.subarray(stream.start, found)
  }

  #endsAt(end: number): boolean {
    return end <= this.#bytes.length && /^\s{0,2}endstream/.test(this.#bytes.toString('latin1', end, end + 11))
  }

  #listOf(value: PdfValue | undefined): readonly PdfValue[] {
    const found = this.resolve(value)
    if (found.kind === 'array') return found.items.map((item) => this.resolve(item))
    return found.kind === 'null' ? [] : [found]
  }

  #numberOf(value: PdfValue | undefined): number | undefined {
    const found = this.resolve(value)
    return found.kind === 'number' && Number.isSafeInteger(found.value) ? found.value : undefined
  }
}
