import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UlError } from '../errors.ts'
import {
  abortBytes,
  associateAcceptBytes,
  associateRejectBytes,
  associateRequestBytes,
  bytesOf,
  releaseRequestBytes,
  releaseResponseBytes,
} from '../testing/fixtures.ts'
import { encodePdu } from './encode-pdu.ts'
import { parseControlPdu, pduKindOf } from './parse-pdu.ts'
import type { AssociateAccept, AssociateRequest, ControlPdu } from './pdu.ts'
import { pduHeaderBytes } from './pdu.ts'

function parse(bytes: Uint8Array): ControlPdu {
  const kind = pduKindOf(bytes[0] as number)
  if (kind === 'P-DATA-TF') throw new Error('not a control PDU')
  return parseControlPdu(kind, bytes.subarray(pduHeaderBytes))
}

const associateRequest: AssociateRequest = {
  kind: 'A-ASSOCIATE-RQ',
  protocolVersion: 1,
  calledAeTitle: 'VNA',
  callingAeTitle: 'STORESCU',
  applicationContextName: '1.2.840.10008.3.1.1.1',
  presentationContexts: [
    {
      id: 1,
      abstractSyntaxUid: '1.2.840.10008.5.1.4.1.1.2',
      transferSyntaxUids: ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'],
    },
  ],
  userInformation: {
    maxPduLengthBytes: 16384,
    implementationClassUid: '1.2.276.0.7230',
    asynchronousOperations: { maxInvoked: 5, maxPerformed: 1 },
    roleSelections: [{ sopClassUid: '1.2.840.10008.1.1', scuRole: true, scpRole: false }],
    implementationVersionName: 'DCMTK',
    extendedNegotiations: [
      { sopClassUid: '1.2.840.10008.1.1', serviceClassApplicationInformation: Uint8Array.of(2, 0) },
    ],
    userIdentity: { type: 2, positiveResponseRequested: false },
  },
}

describe('parsing association PDUs', () => {
  it('reads every field of an A-ASSOCIATE-RQ and skips what it does not know', () => {
    expect(associateRequestBytes.length).toBe(pduHeaderBytes + 295)
    expect(parse(associateRequestBytes)).toEqual(associateRequest)
  })

  it('does not keep the secrets of a user identity', () => {
    expect(JSON.stringify(parse(associateRequestBytes))).not.toMatch(/user"|pw/)
  })

  it('reads an A-ASSOCIATE-AC', () => {
    expect(associateAcceptBytes.length).toBe(pduHeaderBytes + 172)
    expect(parse(associateAcceptBytes)).toMatchObject({
      presentationContexts: [
        { id: 1, result: 0, transferSyntaxUid: '1.2.840.10008.1.2.1' },
        { id: 3, result: 3, transferSyntaxUid: '1.2.840.10008.1.2' },
      ],
      userInformation: { maxPduLengthBytes: 0, implementationClassUid: '1.2' },
    })
  })

  it('reads the short PDUs', () => {
    expect(parse(associateRejectBytes)).toEqual({ kind: 'A-ASSOCIATE-RJ', result: 2, source: 3, reason: 2 })
    expect(parse(releaseRequestBytes)).toEqual({ kind: 'A-RELEASE-RQ' })
    expect(parse(releaseResponseBytes)).toEqual({ kind: 'A-RELEASE-RP' })
    expect(parse(abortBytes)).toEqual({ kind: 'A-ABORT', source: 2, reason: 6 })
  })

  it.each([
    ['cut inside a field', associateRequestBytes.subarray(0, 40)],
    ['cut inside an item', associateRequestBytes.subarray(0, 200)],
    ['even presentation context id', replaceOnce(associateRequestBytes, '2000004e01', '2000004e02')],
    ['item longer than what holds it', replaceOnce(associateRequestBytes, '30000019', '3000ffff')],
  ])('refuses an A-ASSOCIATE-RQ that is %s', (_, bytes) => {
    expect(() => parse(bytes)).toThrow(expect.objectContaining({ code: 'pdu-invalid' }))
  })

  it('refuses a presentation context id used twice', () => {
    const [context] = associateRequest.presentationContexts
    const twice = { ...associateRequest, presentationContexts: [context!, context!] }
    expect(() => parse(encodePdu(twice))).toThrow('used twice')
  })

  it('says where it failed', () => {
    try {
      parse(associateRequestBytes.subarray(0, 40))
    } catch (error) {
      expect((error as UlError).details.offset).toBe(26)
      return
    }
    expect.unreachable()
  })
})

function replaceOnce(bytes: Buffer, from: string, to: string): Buffer {
  return bytesOf(bytes.toString('hex').replace(from, to))
}

const uid = fc.array(fc.nat({ max: 99999 }), { minLength: 1, maxLength: 8 }).map((parts) => parts.join('.'))
const aeTitle = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,15}$/)
const userInformation = fc.record({
  maxPduLengthBytes: fc.nat({ max: 0xffffffff }),
  implementationClassUid: uid,
  implementationVersionName: fc.stringMatching(/^[A-Z]{1,16}$/),
  asynchronousOperations: fc.record({ maxInvoked: fc.nat({ max: 65535 }), maxPerformed: fc.nat({ max: 65535 }) }),
  roleSelections: fc.array(fc.record({ sopClassUid: uid, scuRole: fc.boolean(), scpRole: fc.boolean() })),
  extendedNegotiations: fc.array(
    fc.record({ sopClassUid: uid, serviceClassApplicationInformation: fc.uint8Array({ maxLength: 20 }) }),
  ),
})

const anyRequest: fc.Arbitrary<AssociateRequest> = fc.record({
  kind: fc.constant('A-ASSOCIATE-RQ' as const),
  protocolVersion: fc.constant(1),
  calledAeTitle: aeTitle,
  callingAeTitle: aeTitle,
  applicationContextName: uid,
  presentationContexts: fc
    .array(fc.record({ abstractSyntaxUid: uid, transferSyntaxUids: fc.array(uid) }), { maxLength: 128 })
    .map((contexts) => contexts.map((context, n) => ({ ...context, id: 2 * n + 1 }))),
  userInformation,
})

const anyAccept: fc.Arbitrary<AssociateAccept> = fc.record({
  kind: fc.constant('A-ASSOCIATE-AC' as const),
  protocolVersion: fc.constant(1),
  calledAeTitle: aeTitle,
  callingAeTitle: aeTitle,
  applicationContextName: uid,
  presentationContexts: fc
    .array(fc.record({ result: fc.nat({ max: 4 }), transferSyntaxUid: uid }), { maxLength: 128 })
    .map((contexts) => contexts.map((context, n) => ({ ...context, id: 2 * n + 1 }))),
  userInformation,
})

describe('codec properties', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.oneof(anyRequest, anyAccept), (pdu) => {
        expect(parse(encodePdu(pdu))).toEqual(pdu)
      }),
    )
  })

  it('throws nothing but its own error on any bytes', () => {
    const kinds = fc.constantFrom('A-ASSOCIATE-RQ' as const, 'A-ASSOCIATE-AC' as const, 'A-ABORT' as const)
    fc.assert(
      fc.property(kinds, fc.uint8Array({ maxLength: 400 }), (kind, body) => {
        try {
          parseControlPdu(kind, body)
        } catch (error) {
          expect(error).toBeInstanceOf(UlError)
        }
      }),
    )
  })
})

describe('encoding', () => {
  it('refuses an AE title that does not fit', () => {
    expect(() => encodePdu({ ...associateRequest, calledAeTitle: 'A'.repeat(17) })).toThrow('longer than 16')
  })

  it('writes what a peer of ours reads as the fixture does', () => {
    expect(parse(encodePdu(associateRequest))).toEqual({
      ...associateRequest,
      userInformation: { ...associateRequest.userInformation, userIdentity: undefined },
    })
  })
})
