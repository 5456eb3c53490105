import { UlError } from '../errors.ts'
import { ItemWriter } from './item-writer.ts'
import type { AssociateAccept, AssociateRequest, ControlPdu } from './pdu.ts'
import { itemTypes, pduHeaderBytes, pduTypes, pdvHeaderBytes } from './pdu.ts'
import { encodeUserInformation } from './user-information.ts'

const maxAeTitleCharacters = 16
const pdvIsCommand = 0x01
const pdvIsLast = 0x02

/** Encodes any PDU but P-DATA-TF. Throws `invalid-argument` for an AE title that does not fit or an item too long. */
export function encodePdu(pdu: ControlPdu): Uint8Array {
  const body = encodeBody(pdu)
  return new ItemWriter().u8(pduTypes[pdu.kind]).u8(0).u32(body.lengthBytes).bytes(body.finish()).finish()
}

function encodeBody(pdu: ControlPdu): ItemWriter {
  switch (pdu.kind) {
    case 'A-ASSOCIATE-RQ':
      return encodeAssociateRequest(pdu)
    case 'A-ASSOCIATE-AC':
      return encodeAssociateAccept(pdu)
    case 'A-ASSOCIATE-RJ':
      return new ItemWriter().u8(0).u8(pdu.result).u8(pdu.source).u8(pdu.reason)
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      return new ItemWriter().zeros(4)
    case 'A-ABORT':
      return new ItemWriter().zeros(2).u8(pdu.source).u8(pdu.reason)
  }
}

function encodeAssociateHead(pdu: AssociateRequest | AssociateAccept): ItemWriter {
  return new ItemWriter()
    .u16(pdu.protocolVersion)
    .u16(0)
    .text(paddedAeTitle(pdu.calledAeTitle))
    .text(paddedAeTitle(pdu.callingAeTitle))
    .zeros(32)
    .item(itemTypes.applicationContext, new ItemWriter().text(pdu.applicationContextName))
}

function encodeAssociateRequest(pdu: AssociateRequest): ItemWriter {
  const writer = encodeAssociateHead(pdu)
  for (const context of pdu.presentationContexts) {
    const item = new ItemWriter().u8(context.id).zeros(3)
    item.item(itemTypes.abstractSyntax, new ItemWriter().text(context.abstractSyntaxUid))
    for (const uid of context.transferSyntaxUids) item.item(itemTypes.transferSyntax, new ItemWriter().text(uid))
    writer.item(itemTypes.proposedPresentationContext, item)
  }
  return writer.bytes(encodeUserInformation(pdu.userInformation))
}

function encodeAssociateAccept(pdu: AssociateAccept): ItemWriter {
  const writer = encodeAssociateHead(pdu)
  for (const context of pdu.presentationContexts) {
    const item = new ItemWriter().u8(context.id).u8(0).u8(context.result).u8(0)
    // Present even when rejected: the field is "not significant", not absent (PS3.8 table 9-18).
    item.item(itemTypes.transferSyntax, new ItemWriter().text(context.transferSyntaxUid))
    writer.item(itemTypes.presentationContextResult, item)
  }
  return writer.bytes(encodeUserInformation(pdu.userInformation))
}

function paddedAeTitle(aeTitle: string): string {
  if (aeTitle.length > maxAeTitleCharacters) {
    throw new UlError('invalid-argument', 'AE title is longer than 16 characters', {
      details: { lengthCharacters: aeTitle.length },
    })
  }
  return aeTitle.padEnd(maxAeTitleCharacters, ' ')
}

/** Bytes of PDU and PDV header in front of a single fragment. */
export const pdataHeaderBytes = pduHeaderBytes + pdvHeaderBytes

export interface PdvHeader {
  readonly presentationContextId: number
  readonly isCommand: boolean
  readonly isLast: boolean
}

/** Writes the 12 bytes in front of a fragment that is the only one of its P-DATA-TF PDU (PS3.8 9.3.5, Annex E). */
export function writePDataHeader(target: Buffer, header: PdvHeader, fragmentBytes: number): void {
  target[0] = pduTypes['P-DATA-TF']
  target[1] = 0
  target.writeUInt32BE(fragmentBytes + pdvHeaderBytes, 2)
  target.writeUInt32BE(fragmentBytes + 2, 6) // context id and message control header count as part of the item
  target[10] = header.presentationContextId
  target[11] = (header.isCommand ? pdvIsCommand : 0) | (header.isLast ? pdvIsLast : 0)
}
