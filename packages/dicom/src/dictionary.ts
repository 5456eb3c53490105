import { elementLines, repeaterLines } from './generated/dictionary.ts'

/** Tags are numbers, 0xggggeeee. */
interface Entry {
  readonly vr: string
  readonly keyword: string
  readonly hex: string
}

const entries = new Map<number, Entry>()
const tagByKeyword = new Map<string, number>()
for (const line of elementLines.split('\n')) {
  const vr = line.slice(9, 11)
  const keyword = line.slice(12)
  const tag = Number.parseInt(line.slice(0, 8), 16)
  entries.set(tag, { vr, keyword, hex: line.slice(0, 8) })
  if (!tagByKeyword.has(keyword)) tagByKeyword.set(keyword, tag)
}

/** Repeating groups such as (60xx,3000), looked up by value & mask. */
const repeaters = repeaterLines.split('\n').map((line) => {
  const pattern = line.slice(0, 8)
  const value = Number.parseInt(pattern.replaceAll('x', '0'), 16)
  const mask = Number.parseInt(pattern.replace(/[^x]/g, 'F').replaceAll('x', '0'), 16)
  tagByKeyword.set(line.slice(12), value)
  return { mask, value, entry: { vr: line.slice(9, 11), keyword: line.slice(12), hex: '' } }
})

/** Groups that hold repeating elements: (0020,31xx), (0028,0xxx), 1000, 1010, 50xx, 60xx, 7Fxx. */
function findRepeater(tag: number): Entry | undefined {
  return repeaters.find(({ mask, value }) => (tag & mask) >>> 0 === value)?.entry
}

const creatorEntry: Entry = { vr: 'LO', keyword: '', hex: '' }
const groupLengthEntry: Entry = { vr: 'UL', keyword: '', hex: '' }

function findEntry(tag: number): Entry | undefined {
  const entry = entries.get(tag)
  if (entry) return entry
  const element = tag & 0xffff
  if (element === 0) return groupLengthEntry
  if (isPrivateTag(tag)) return element >= 0x10 && element <= 0xff ? creatorEntry : undefined
  return findRepeater(tag)
}

/** VR as PS3.6 gives it; `ox` OB or OW, `xs` US or SS, `up` US or OW, `lt` US, SS or OW, `na` delimiters. */
export function dictionaryVr(tag: number): string | undefined {
  return findEntry(tag)?.vr
}

const concreteVrs: Readonly<Record<string, string>> = { ox: 'OW', xs: 'US', up: 'OW', lt: 'OW', na: 'UN' }

/** One VR for the tag: UN when unknown, OW for "OB or OW", US for "US or SS" (unsigned pixels). */
export function vrOf(tag: number): string {
  const vr = dictionaryVr(tag)
  return vr === undefined ? 'UN' : (concreteVrs[vr] ?? vr)
}

export function keywordOf(tag: number): string | undefined {
  const keyword = findEntry(tag)?.keyword
  return keyword === '' ? undefined : keyword
}

/** Repeating groups give their first tag: OverlayData is (6000,3000). */
export function tagOf(keyword: string): number | undefined {
  return tagByKeyword.get(keyword)
}

/** 'GGGGEEEE', upper case as PS3.18 F.2 wants it. */
export function tagToHex(tag: number): string {
  const known = entries.get(tag)
  return known ? known.hex : tag.toString(16).toUpperCase().padStart(8, '0')
}

/** Accepts 'ggggeeee' in any case and keywords, as QIDO-RS does. */
export function parseTag(text: string): number | undefined {
  if (/^[0-9a-fA-F]{8}$/.test(text)) return Number.parseInt(text, 16)
  return tagByKeyword.get(text)
}

export function isPrivateTag(tag: number): boolean {
  return (tag & 0x10000) !== 0
}
