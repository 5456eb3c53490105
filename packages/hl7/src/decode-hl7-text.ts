import type { Hl7Delimiters } from './delimiters.ts'
import { Hl7Error } from './hl7-error.ts'

/** HL7 table 0211, as far as it is met here. */
const decoderOf: ReadonlyMap<string, string> = new Map([
  ['UNICODE UTF-8', 'utf-8'],
  ['UTF-8', 'utf-8'],
  ['UNICODE', 'utf-8'],
  ['ASCII', 'utf-8'],
  ['8859/1', 'windows-1252'],
  ['8859/15', 'iso-8859-15'],
  ['ISO IR6', 'utf-8'],
  ['ISO IR100', 'windows-1252'],
])

const maxMshBytes = 4096

/** Text by MSH-18. Where it is empty: UTF-8 if the bytes are that, else Latin-1, as senders mean who say nothing. */
export function decodeHl7Text(bytes: Uint8Array, { field }: Hl7Delimiters): string {
  const msh =
    Buffer.from(bytes.subarray(0, maxMshBytes))
      .toString('latin1')
      .split(/[\r\n]/)[0] ?? ''
  // MSH-1 is the separator itself, so MSH-18 is the 17th piece behind the name.
  const declared = msh.split(field)[17]?.split('~')[0]?.trim().toUpperCase()
  if (!declared) return decode(bytes, 'utf-8') ?? decode(bytes, 'windows-1252') ?? ''
  const encoding = decoderOf.get(declared)
  if (encoding === undefined) throw new Hl7Error('unsupported-encoding', { where: 'MSH-18' })
  const text = decode(bytes, encoding)
  if (text === undefined) throw new Hl7Error('malformed-encoding', { where: encoding })
  return text
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    // NUL ends nothing here, and PostgreSQL stores none in text.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes).replaceAll('\0', '')
  } catch {
    return undefined
  }
}
