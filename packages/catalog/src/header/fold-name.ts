import { cleanText } from '@vna/database'

/** Letters that Unicode does not decompose into a base letter and a mark. */
const undecomposed: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ı: 'i', æ: 'ae', œ: 'oe', þ: 'th' }

/** Case- and accent-insensitive form of a text; `*` and `?` pass, so that a pattern folds like the value it meets. */
export function foldText(text: string): string {
  return text
    .toLowerCase()
    .toUpperCase() // ß, also the one that ẞ became, is SS only upwards
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[øłđıæœþ]/g, (letter) => undecomposed[letter] ?? letter)
    .replace(/[’‘`´]/g, "'")
}

/**
 * A person name folded for matching: component groups apart, trailing delimiters and repeated spaces gone (PS3.5 6.2.1.2
 * makes trailing null components insignificant).
 */
export function foldPersonName(name: string | null): { alphabetic: string | null; others: string | null } {
  if (name === null) return { alphabetic: null, others: null }
  const [first, ...rest] = name.split('=').map(foldGroup)
  const others = rest.filter((group) => group !== '').join('=')
  return { alphabetic: cleanText(first ?? ''), others: cleanText(others) }
}

export function foldGroup(group: string): string {
  return foldText(group)
    .split('^')
    .map((component) => component.trim().replace(/\s+/g, ' '))
    .join('^')
    .replace(/\^+$/, '')
}
