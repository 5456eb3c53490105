import type { Hl7Delimiters } from './delimiters.ts'

const maxEscapeLength = 64

/**
 * Escape sequences (HL7 v2.5.1 2.7): \F\ \S\ \T\ \R\ \E\ for the delimiters, \Xhh..\ for characters, \.br\ for a line
 * break; highlighting and other formatting means nothing here and goes. What is no sequence stays as it is.
 */
export function unescapeHl7(text: string, delimiters: Hl7Delimiters): string {
  const mark = delimiters.escape
  let start = text.indexOf(mark)
  if (start < 0) return text
  let result = ''
  let done = 0
  while (start >= 0) {
    const end = text.indexOf(mark, start + 1)
    if (end < 0) break
    const meaning = end - start <= maxEscapeLength ? meaningOf(text.slice(start + 1, end), delimiters) : undefined
    if (meaning === undefined) {
      start = end
      continue
    }
    result += text.slice(done, start) + meaning
    done = end + 1
    start = text.indexOf(mark, done)
  }
  return result + text.slice(done)
}

function meaningOf(sequence: string, delimiters: Hl7Delimiters): string | undefined {
  const single: Readonly<Record<string, string>> = {
    F: delimiters.field,
    S: delimiters.component,
    T: delimiters.subcomponent,
    R: delimiters.repetition,
    E: delimiters.escape,
    H: '',
    N: '',
    '.br': '\n',
  }
  if (Object.hasOwn(single, sequence)) return single[sequence]
  if (/^X(?:[0-9A-Fa-f]{2})+$/.test(sequence)) return Buffer.from(sequence.slice(1), 'hex').toString('latin1')
  return /^(?:\.[a-z]{2}[+-]?\d*|C[0-9A-Fa-f]{4}|M[0-9A-Fa-f]{4,6}|Z.*)$/.test(sequence) ? '' : undefined
}

/** A value that goes into a message of ours. Line ends would begin a segment, so they become \.br\. */
export function escapeHl7(text: string, delimiters: Hl7Delimiters): string {
  const { field, component, subcomponent, repetition, escape: mark } = delimiters
  const names = new Map([
    [field, 'F'],
    [component, 'S'],
    [subcomponent, 'T'],
    [repetition, 'R'],
    [mark, 'E'],
  ])
  const escaped = Array.from(text, (character) => {
    const name = names.get(character)
    return name === undefined ? character : `${mark}${name}${mark}`
  })
  return escaped.join('').replace(/\r\n?|\n/g, `${mark}.br${mark}`)
}
