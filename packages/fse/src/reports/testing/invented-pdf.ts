import { deflateSync } from 'node:zlib'

/** Objects by number, each as PDF text or as a stream. */
export type PdfObjects = ReadonlyMap<number, string | { readonly dictionary: string; readonly bytes: Uint8Array }>

/** A PDF with a cross-reference table, its catalog in object 1. */
export function inventedPdf(objects: PdfObjects, trailer = '', prefix = ''): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')]
  const offsets = new Map<number, number>()
  for (const [number, object] of objects) {
    offsets.set(number, lengthOf(parts))
    parts.push(Buffer.from(`${number} 0 obj\n`), bodyOf(object), Buffer.from('\nendobj\n'))
  }
  const size = Math.max(...objects.keys()) + 1
  const lines = Array.from({ length: size }, (_, number) => {
    const offset = offsets.get(number)
    return offset === undefined ? '0000000000 65535 f \n' : `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const start = lengthOf(parts)
  parts.push(Buffer.from(`xref\n0 ${size}\n${lines.join('')}trailer\n<< /Size ${size} /Root 1 0 R ${trailer}>>\n`))
  parts.push(Buffer.from(`startxref\n${start}\n%%EOF\n`))
  return Buffer.concat([Buffer.from(prefix), ...parts])
}

/** The same in PDF 1.5 style: the catalog and the name tree in an object stream, the places in a predicted stream. */
export function inventedCompressedPdf(xml: Uint8Array): Buffer {
  const inner = ['<< /Names << /EmbeddedFiles 2 0 R >> >>', '<< /Names [(cda.xml) 3 0 R] >>', specification]
  const offsets = inner.map((_, index) => inner.slice(0, index).join(' ').length + (index > 0 ? 1 : 0))
  const header = inner.map((_, index) => `${index + 1} ${offsets[index]}`).join(' ')
  const packed = deflateSync(Buffer.from(`${header} ${inner.join(' ')}`))
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const fileAt = lengthOf(parts)
  parts.push(Buffer.from('4 0 obj\n'), bodyOf(deflated(xml)), Buffer.from('\nendobj\n'))
  const streamAt = lengthOf(parts)
  const dictionary = `/Type /ObjStm /N 3 /First ${header.length + 1} /Filter /FlateDecode`
  parts.push(Buffer.from('5 0 obj\n'), bodyOf({ dictionary, bytes: packed }), Buffer.from('\nendobj\n'))
  const start = lengthOf(parts)
  const places = [
    [0, 0, 0],
    [2, 5, 0],
    [2, 5, 1],
    [2, 5, 2],
    [1, fileAt, 0],
    [1, streamAt, 0],
    [1, start, 0],
  ]
  const rows = places.map(([kind = 0, value = 0, index = 0]) => [
    kind,
    value >> 16,
    (value >> 8) & 255,
    value & 255,
    index,
  ])
  const predicted = rows.flatMap((row, at) => [2, ...row.map((byte, i) => (byte - (rows[at - 1]?.[i] ?? 0)) & 255)])
  const parameters = '/W [1 3 1] /Size 7 /Root 1 0 R /DecodeParms << /Predictor 12 /Columns 5 >> /Filter /FlateDecode'
  parts.push(
    Buffer.from('6 0 obj\n'),
    bodyOf({ dictionary: `/Type /XRef ${parameters}`, bytes: deflateSync(Uint8Array.from(predicted)) }),
  )
  parts.push(Buffer.from(`\nendobj\nstartxref\n${start}\n%%EOF\n`))
  return Buffer.concat(parts)
}

const specification = '<< /Type /Filespec /F (cda.xml) /UF (cda.xml) /EF << /F 4 0 R >> >>'

function deflated(bytes: Uint8Array) {
  return { dictionary: '/Type /EmbeddedFile /Filter /FlateDecode', bytes: deflateSync(bytes) }
}

/** Catalog, tree, file specification and embedded file, any of them replaceable. */
export function pdfWith(xml: Uint8Array, changes: PdfObjects = new Map()): PdfObjects {
  return new Map([
    [1, '<< /Type /Catalog /Names << /EmbeddedFiles 2 0 R >> >>'],
    [2, '<< /Names [(cda.xml) 3 0 R] >>'],
    [3, specification],
    [4, deflated(xml)],
    ...changes,
  ])
}

function bodyOf(object: string | { readonly dictionary: string; readonly bytes: Uint8Array }): Buffer {
  if (typeof object === 'string') return Buffer.from(object, 'latin1')
  const head = `<< ${object.dictionary} /Length ${object.bytes.length} >>\nstream\n`
  return Buffer.concat([Buffer.from(head), object.bytes, Buffer.from('\nendstream')])
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}
