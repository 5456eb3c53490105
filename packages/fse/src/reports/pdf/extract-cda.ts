import { FseError } from '../../model/fse-error.ts'
import type { ReportLimits } from '../limits.ts'
import { PdfDocument } from './pdf-document.ts'
import { type PdfDictionary, type PdfValue, textOfPdfString } from './pdf-value.ts'

/**
 * The CDA document inside a PDF (FSE: `cda.xml` in the name tree /Root/Names/EmbeddedFiles, with Names or Kids). Where
 * no file has that name, the first one that is called .xml.
 */
export function extractCdaOfPdf(bytes: Uint8Array, limits: ReportLimits): Uint8Array {
  const pdf = new PdfDocument(bytes, limits)
  const names = pdf.dictionaryOf(pdf.catalog.entries.get('Names'))
  const tree = pdf.dictionaryOf(names?.entries.get('EmbeddedFiles'))
  const files = tree === undefined ? [] : filesIn(pdf, tree)
  const chosen = files.find(({ name }) => name === 'cda.xml') ?? files.find(({ name }) => name.endsWith('.xml'))
  if (chosen === undefined) throw new FseError('no-embedded-document')
  return contentOf(pdf, chosen.specification)
}

interface EmbeddedFile {
  readonly name: string
  readonly specification: PdfDictionary
}

/** All leaves of the tree. A node that is its own ancestor is met once, as everything else. */
function filesIn(pdf: PdfDocument, tree: PdfDictionary): readonly EmbeddedFile[] {
  const files: EmbeddedFile[] = []
  const seen = new Set<number>()
  const pending: PdfDictionary[] = [tree]
  for (let node = pending.shift(); node !== undefined; node = pending.shift()) {
    files.push(...leavesOf(pdf, itemsOf(pdf, node.entries.get('Names'))))
    for (const kid of itemsOf(pdf, node.entries.get('Kids'))) {
      if (kid.kind === 'reference' && seen.has(kid.object)) continue
      if (kid.kind === 'reference') seen.add(kid.object)
      const child = pdf.dictionaryOf(kid)
      if (child !== undefined) pending.push(child)
    }
  }
  return files
}

/** Pairs of key and file specification. */
function leavesOf(pdf: PdfDocument, names: readonly PdfValue[]): readonly EmbeddedFile[] {
  const leaves: EmbeddedFile[] = []
  for (let i = 0; i + 1 < names.length; i += 2) {
    const specification = pdf.dictionaryOf(names[i + 1])
    if (specification === undefined) continue
    const { entries } = specification
    const candidates = [entries.get('UF'), entries.get('F'), names[i]].map((value) =>
      textOfPdfString(pdf.resolve(value)),
    )
    const [name] = candidates.flatMap((text) => (text === undefined ? [] : [text.trim().toLowerCase()]))
    leaves.push({ name: name ?? '', specification })
  }
  return leaves
}

function itemsOf(pdf: PdfDocument, value: PdfValue | undefined): readonly PdfValue[] {
  const found = pdf.resolve(value)
  return found.kind === 'array' ? found.items : []
}

function contentOf(pdf: PdfDocument, specification: PdfDictionary): Uint8Array {
  const embedded = pdf.dictionaryOf(specification.entries.get('EF'))
  const stream = pdf.resolve(embedded?.entries.get('F') ?? embedded?.entries.get('UF'))
  if (stream.kind !== 'stream') throw new FseError('no-embedded-document', { where: 'EF' })
  return pdf.streamBytes(stream)
}
