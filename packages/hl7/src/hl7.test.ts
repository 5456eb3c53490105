import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeAck } from './ack.ts'
import { usualDelimiters } from './delimiters.ts'
import { escapeHl7, unescapeHl7 } from './escapes.ts'
import { parseHl7Message } from './hl7-message.ts'

const msh = (type: string) => `MSH|^~\\&|HIS|ASST-A|VNA|LOMB|20260204112426||${type}|MSG1|P|2.5.1||||||UNICODE UTF-8`
const message = (...segments: string[]) => parseHl7Message(Buffer.from(segments.join('\r')))
const pid = () => 'PID|1||P1^^^LOCAL||Bianchi^Anna'

describe('HL7 v2 messages', () => {
  it('keeps any text through escape and unescape', () => {
    const texts = fc.string({ unit: fc.constantFrom('|', '^', '~', '\\', '&', 'E', '.', 'à', 'X') })
    fc.assert(
      fc.property(texts, (text) => {
        expect(unescapeHl7(escapeHl7(text, usualDelimiters), usualDelimiters)).toBe(text)
      }),
    )
    expect(unescapeHl7('a\\.br\\b\\X41\\\\H\\c\\N\\', usualDelimiters)).toBe('a\nbAc')
  })

  it('acknowledges with sender and receiver changed about', () => {
    const at = '20260204112427'
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString().split('\r')
    expect(text(encodeAck(message(msh('ADT^A08'), pid()), { code: 'AA', controlId: 'A1', at }))).toEqual([
      'MSH|^~\\&|VNA|LOMB|HIS|ASST-A|20260204112427||ACK^A08^ACK|A1|P|2.5.1||||||UNICODE UTF-8',
      'MSA|AA|MSG1',
      '',
    ])
    const error = { code: '101', text: 'no identifier | in\nPID', location: 'PID^1^3' } as const
    expect(text(encodeAck(message(msh('ADT^A08'), pid()), { code: 'AE', controlId: 'A2', at, error }))).toEqual([
      expect.any(String),
      'MSA|AE|MSG1|no identifier \\F\\ in\\.br\\PID',
      'ERR||PID^1^3|101^^HL70357|E||||no identifier \\F\\ in\\.br\\PID',
      '',
    ])
    expect(text(encodeAck(undefined, { code: 'AR', controlId: 'A3', at }))[1]).toBe('MSA|AR')
  })
})
