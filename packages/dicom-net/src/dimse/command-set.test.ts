import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isUlError } from '../errors.ts'
import { bytesOf, echoCommandSetBytes, storeResponseCommandSetBytes } from '../testing/fixtures.ts'
import { type CommandSet, encodeCommandSet, parseCommandSet } from './command-set.ts'
import { dimseStatusClass } from './status.ts'

const echoCommandSet: CommandSet = {
  commandField: 0x0030,
  hasDataSet: false,
  messageId: 7,
  affectedSopClassUid: '1.2.840.10008.1.1',
}

const storeResponse: CommandSet = {
  commandField: 0x8001,
  hasDataSet: false,
  messageIdBeingRespondedTo: 9,
  affectedSopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  affectedSopInstanceUid: '1.2.3',
  status: 0xa700,
  offendingElement: [0x00080018],
  errorComment: 'disk is full',
  moveOriginatorApplicationEntityTitle: 'MOVE',
}

describe('command sets', () => {
  it('reads and writes a C-ECHO-RQ byte for byte', () => {
    expect(parseCommandSet(echoCommandSetBytes)).toEqual(echoCommandSet)
    expect(encodeCommandSet(echoCommandSet).toString('hex')).toBe(echoCommandSetBytes.toString('hex'))
  })

  it('reads and writes a failed C-STORE-RSP byte for byte', () => {
    expect(storeResponseCommandSetBytes.length).toBe(12 + 132)
    expect(parseCommandSet(storeResponseCommandSetBytes)).toEqual(storeResponse)
    expect(encodeCommandSet(storeResponse).toString('hex')).toBe(storeResponseCommandSetBytes.toString('hex'))
  })

  it('skips retired and unknown elements of group 0000', () => {
    const withLengthToEnd = bytesOf(
      '0000 0100 04000000 00000000',
      echoCommandSetBytes.toString('hex'),
      '0000 0050 00000000',
    )
    expect(parseCommandSet(withLengthToEnd)).toEqual(echoCommandSet)
  })

  it.each([
    ['an element of another group', '0800 1800 02000000 3100'],
    ['a cut off header', '0000 0001 0200'],
    ['a value past the end', '0000 0001 ff000000 3000'],
    ['a US value of one byte', '0000 0001 01000000 30'],
    ['no command field', '0000 1001 02000000 0700'],
    ['nothing', ''],
  ])('refuses %s', (_, hex) => {
    expect(() => parseCommandSet(bytesOf(hex))).toThrow(expect.objectContaining({ code: 'command-set-invalid' }))
  })

  it('keeps the error comment within LO: 64 characters of the default repertoire', () => {
    const errorComment = `Straße \\ \n${'x'.repeat(100)}`
    const read = parseCommandSet(encodeCommandSet({ ...storeResponse, errorComment }))
    expect(read.errorComment).toBe(`Stra?e ? ?${'x'.repeat(54)}`)
  })

  it('reserves room in front', () => {
    expect(encodeCommandSet(echoCommandSet, 12).subarray(12).toString('hex')).toBe(echoCommandSetBytes.toString('hex'))
  })

  it('reads back what it wrote', () => {
    const us = fc.nat({ max: 0xffff })
    const uid = fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 10 }).map((parts) => parts.join('.'))
    const tags = fc.array(fc.nat({ max: 0xffffffff }), { minLength: 1, maxLength: 5 })
    const command = fc.record(
      {
        commandField: us,
        hasDataSet: fc.boolean(),
        messageId: us,
        messageIdBeingRespondedTo: us,
        affectedSopClassUid: uid,
        requestedSopInstanceUid: uid,
        moveDestination: fc.stringMatching(/^[A-Z]{1,16}$/),
        priority: us,
        status: us,
        offendingElement: tags,
        attributeIdentifierList: tags,
        errorComment: fc.stringMatching(/^[a-z]{1,64}$/),
        numberOfRemainingSuboperations: us,
        moveOriginatorMessageId: us,
      },
      { requiredKeys: ['commandField', 'hasDataSet'] },
    )
    fc.assert(
      fc.property(command, (value) => {
        expect(parseCommandSet(encodeCommandSet(value as CommandSet))).toEqual(value)
      }),
    )
  })

  it('throws nothing but its own error on any bytes', () => {
    const mutated = fc.record({ at: fc.nat({ max: 100 }), value: fc.nat({ max: 255 }) }).map(({ at, value }) => {
      const bytes = Buffer.from(storeResponseCommandSetBytes)
      bytes[at] = value
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
        try {
          parseCommandSet(bytes)
        } catch (error) {
          expect(isUlError(error)).toBe(true)
        }
      }),
    )
  })
})

describe('status classes', () => {
  it.each([
    [0x0000, 'success'],
    [0xb000, 'warning'],
    [0x0107, 'warning'],
    [0xff00, 'pending'],
    [0xff01, 'pending'],
    [0xfe00, 'cancel'],
    [0xa700, 'failure'],
    [0x0122, 'failure'],
    [0xc001, 'failure'],
  ])('0x%s', (status, expected) => {
    expect(dimseStatusClass(status)).toBe(expected)
  })
})
