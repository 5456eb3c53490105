import { usualDelimiters } from './delimiters.ts'
import { escapeHl7 } from './escapes.ts'
import { type Hl7Message, repetitionsOf, segmentsNamed, valueAt } from './hl7-message.ts'

/** AA: kept. AE: wrong, and wrong again when it comes again. AR: not taken now, or not for this archive. */
export type AckCode = 'AA' | 'AE' | 'AR'

/** HL7 table 0357. */
export const ackErrorCodes = {
  segmentSequence: '100',
  requiredFieldMissing: '101',
  dataType: '102',
  tableValue: '103',
  unsupportedMessageType: '200',
  unsupportedEvent: '201',
  unknownKey: '204',
  duplicateKey: '205',
  recordLocked: '206',
  internalError: '207',
} as const

export type AckErrorCode = (typeof ackErrorCodes)[keyof typeof ackErrorCodes]

export interface AckOptions {
  readonly code: AckCode
  /** MSH-10 of the answer. */
  readonly controlId: string
  /** MSH-7 of the answer: YYYYMMDDHHMMSS with or without time zone. */
  readonly at: string
  /** Present with AE and AR. The text reaches the sender's log: never a value of the message. */
  readonly error?: { readonly code: AckErrorCode; readonly text: string; readonly location?: string } | undefined
}

/**
 * The acknowledgement of a message (HL7 v2.5.1 2.9.2): sender and receiver changed about, MSA with the control id that
 * it answers, ERR where something is wrong. `message` is absent when what came could not be read at all.
 */
export function encodeAck(message: Hl7Message | undefined, options: AckOptions): Uint8Array {
  const segments = [
    mshOf(message, options),
    ['MSA', options.code, echo(message, 10), options.error === undefined ? '' : escaped(options.error.text)],
    ...(options.error === undefined ? [] : [errOf(options.error)]),
  ]
  return Buffer.from(segments.map((fields) => `${fields.join('|').replace(/\|+$/, '')}\r`).join(''))
}

const maxEchoedLength = 250

function mshOf(message: Hl7Message | undefined, { at, controlId }: AckOptions): readonly string[] {
  const msh = message && segmentsNamed(message, 'MSH')[0]
  const trigger = message && valueAt(message, msh, 9, 2)
  const receiver = [echo(message, 5), echo(message, 6)]
  const sender = [echo(message, 3), echo(message, 4)]
  const type = trigger === undefined ? 'ACK' : `ACK^${escaped(trigger)}^ACK`
  const processing = echo(message, 11) || 'P'
  const version = echo(message, 12) || '2.5.1'
  const names = [...receiver, ...sender]
  return ['MSH', '^~\\&', ...names, escaped(at), '', type, escaped(controlId), processing, version, ...charset]
}

/** MSH-13 to MSH-18. */
const charset = ['', '', '', '', '', 'UNICODE UTF-8']

/** ERR-2 where, ERR-3 what (table 0357), ERR-4 severity, ERR-8 words for the user. */
function errOf({ code, text, location = '' }: NonNullable<AckOptions['error']>): readonly string[] {
  const place = location.split('^').map(escaped).join('^')
  return ['ERR', '', place, `${code}^^HL70357`, 'E', '', '', '', escaped(text)]
}

/** A field of the header that is answered, in our own delimiters. */
function echo(message: Hl7Message | undefined, field: number): string {
  if (message === undefined) return ''
  const [first] = repetitionsOf(message, segmentsNamed(message, 'MSH')[0], field)
  const text = (first?.parts ?? []).map((component) => component.map(escaped).join('&')).join('^')
  return text.length > maxEchoedLength ? '' : text
}

function escaped(text: string): string {
  return escapeHl7(text, usualDelimiters)
}
