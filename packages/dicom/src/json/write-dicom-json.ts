import { tagToHex } from '../dictionary.ts'
import type { ScannedElement, ScanResult } from '../scan/scan-result.ts'
import { type DicomJson, type DicomJsonElement, serializeElement } from './dicom-json.ts'
import { type DicomJsonOptions, elementJson, isLeftOut, type Level, ownLevel, rootLevel } from './to-dicom-json.ts'

export interface WriteDicomJsonOptions extends DicomJsonOptions {
  /** Takes the text piece by piece, in order. What it throws ends the writing. */
  readonly write: (piece: string) => void
  /** Elements of the top level that are also given back. */
  readonly keep: ReadonlySet<string>
}

/** A piece is written as soon as it has so many characters; one value may make it longer. */
const pieceChars = 64 * 1024

/**
 * The text of `serializeDicomJson(toDicomJson(result))`, attributes in ascending order (PS3.18 F.2.2), in pieces: neither the
 * whole text nor the whole tree is ever in memory, and no text grows beyond what a string can hold. Returns what is to be kept.
 */
export function writeDicomJson(result: Pick<ScanResult, 'elements'>, options: WriteDicomJsonOptions): DicomJson {
  const text = new PieceWriter(options.write)
  const kept: Record<string, DicomJsonElement> = {}
  const level = ownLevel(result.elements, rootLevel(options))
  writeElements(result.elements, text, (element, key) => {
    if (!options.keep.has(key)) return writeElement(element, key, { level, text })
    const json = elementJson(element, key, level)
    kept[key] = json
    text.add(serializeElement(json))
  })
  text.flush()
  return kept
}

interface Writing {
  readonly level: Level
  readonly text: PieceWriter
}

function writeElement(element: ScannedElement, key: string, { level, text }: Writing): void {
  const { items } = element
  if (items === undefined || items.length === 0) {
    text.add(JSON.stringify(elementJson(element, key, level)))
    return
  }
  text.add('{"vr":"SQ","Value":[')
  items.forEach((item, index) => {
    if (index > 0) text.add(',')
    const own = ownLevel(item.elements, { ...level, prefix: `${level.prefix}${key}/${index}/` })
    writeElements(item.elements, text, (inner, innerKey) => writeElement(inner, innerKey, { level: own, text }))
  })
  text.add(']}')
}

function writeElements(
  elements: readonly ScannedElement[],
  text: PieceWriter,
  write: (element: ScannedElement, key: string) => void,
): void {
  let before = -1
  text.add('{')
  for (const element of ascending(elements)) {
    // The first of two elements with one tag counts, as it does for the identity.
    if (isLeftOut(element.tag) || element.tag === before) continue
    const key = tagToHex(element.tag)
    text.add(before === -1 ? `"${key}":` : `,"${key}":`)
    write(element, key)
    before = element.tag
  }
  text.add('}')
}

/** Nearly all data sets are in order already (PS3.5 7.1). The sort keeps the order of elements with one tag. */
function ascending(elements: readonly ScannedElement[]): readonly ScannedElement[] {
  const isSorted = elements.every(({ tag }, i) => i === 0 || tag >= (elements[i - 1] as ScannedElement).tag)
  return isSorted ? elements : elements.toSorted((a, b) => a.tag - b.tag)
}

class PieceWriter {
  readonly #write: (piece: string) => void
  #pending = ''

  constructor(write: (piece: string) => void) {
    this.#write = write
  }

  add(text: string): void {
    this.#pending += text
    if (this.#pending.length >= pieceChars) this.flush()
  }

  flush(): void {
    if (this.#pending !== '') this.#write(this.#pending)
    this.#pending = ''
  }
}
