import { Hl7Error } from './hl7-error.ts'

/** The characters that MSH-1 and MSH-2 choose (HL7 v2.5.1 2.5.4). */
export interface Hl7Delimiters {
  readonly field: string
  readonly component: string
  readonly repetition: string
  readonly escape: string
  readonly subcomponent: string
}

export const usualDelimiters: Hl7Delimiters = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
}

const mshHeadBytes = 9

/** MSH stands first: `MSH`, the field separator, and up to five encoding characters (the fifth, truncation, is of 2.7). */
export function parseDelimiters(bytes: Uint8Array): Hl7Delimiters {
  const head = Buffer.from(bytes.subarray(0, mshHeadBytes)).toString('latin1')
  const field = head[3] ?? ''
  const characters = head.slice(4).split(field)[0] ?? ''
  const [component = '', repetition = '~', mark = '\\', subcomponent = '&'] = characters
  const all = [field, component, repetition, mark, subcomponent]
  const isUsable = all.every((c) => /^[!-/:-@[-`{-~]$/.test(c)) && new Set(all).size === all.length
  if (!head.startsWith('MSH') || !isUsable) throw new Hl7Error('malformed-hl7', { where: 'MSH', offset: 0 })
  return { field, component, repetition, escape: mark, subcomponent }
}
