/** The objects of PDF (ISO 32000-1 7.3), as far as the way to an embedded file needs them. */
export type PdfValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'string'; readonly value: Uint8Array }
  | { readonly kind: 'array'; readonly items: readonly PdfValue[] }
  | PdfDictionary
  | PdfReference
  | PdfStream

export interface PdfDictionary {
  readonly kind: 'dictionary'
  readonly entries: ReadonlyMap<string, PdfValue>
}

export interface PdfReference {
  readonly kind: 'reference'
  readonly object: number
}

export interface PdfStream {
  readonly kind: 'stream'
  readonly dictionary: PdfDictionary
  /** Where its bytes begin in the file; how many they are may stand in another object. */
  readonly start: number
}

export const pdfNull: PdfValue = { kind: 'null' }

/** Text of a PDF string: UTF-16 or UTF-8 with a mark, else taken as Latin-1. */
export function textOfPdfString(value: PdfValue | undefined): string | undefined {
  if (value?.kind !== 'string') return undefined
  const bytes = Buffer.from(value.value)
  const [first, second, third] = bytes
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xef && second === 0xbb && third === 0xbf) return new TextDecoder().decode(bytes)
  return bytes.toString('latin1')
}
