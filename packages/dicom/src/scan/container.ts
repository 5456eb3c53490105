import { tagToHex } from '../dictionary.ts'
import type { HeaderEncoding } from './element-header.ts'
import type { ScannedElement, ScannedItem } from './scan-result.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export type OpenElement = Mutable<ScannedElement>

/** What is open around the next byte. The stack of these replaces recursion. */
export type Container = Mutable<HeaderEncoding> & {
  readonly kind: 'data-set' | 'sequence' | 'item' | 'fragments'
  /** Of the sequence or pixel data element; of an item, its index. For error paths. */
  readonly label: number
  /** First byte of the content. */
  readonly offset: number
  /** First byte behind the content, -1 with undefined length. */
  readonly endOffset: number
  /** Absent where nothing is captured. */
  readonly element: OpenElement | undefined
  readonly elements: ScannedElement[] | undefined
  readonly items: ScannedItem[] | undefined
  /** Items or fragments so far. */
  count: number
}

export function openDataSet(encoding: HeaderEncoding): Container {
  return {
    kind: 'data-set',
    label: 0,
    offset: 0,
    endOffset: -1,
    element: undefined,
    elements: [],
    items: undefined,
    count: 0,
    ...encoding,
  }
}

export interface Opening {
  readonly kind: 'sequence' | 'item' | 'fragments'
  readonly label: number
  readonly offset: number
  readonly endOffset: number
  readonly element?: OpenElement | undefined
  readonly captured: boolean
}

export function openContainer(encoding: HeaderEncoding, opening: Opening): Container {
  const { kind, label, offset, endOffset, element, captured } = opening
  return {
    kind,
    label,
    offset,
    endOffset,
    element,
    elements: kind === 'item' && captured ? [] : undefined,
    items: kind === 'sequence' && captured ? [] : undefined,
    count: 0,
    explicit: encoding.explicit,
    bigEndian: encoding.bigEndian,
    signedPixels: encoding.signedPixels,
  }
}

/** e.g. '00081115/0/00400008': sequences by tag, items by index, then the element in question. */
export function tagPathOf(stack: readonly Container[], tag: number | undefined): string {
  const labels = stack.slice(1).map(({ kind, label }) => (kind === 'item' ? String(label) : tagToHex(label)))
  return [...labels, ...(tag === undefined ? [] : [tagToHex(tag)])].join('/')
}
