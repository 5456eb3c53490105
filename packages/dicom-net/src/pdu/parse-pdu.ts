import { UlError } from '../errors.ts'
import { ItemCursor } from './item-cursor.ts'
import type {
  AssociateAccept,
  AssociateReject,
  AssociateRequest,
  ControlPdu,
  PduKind,
  PresentationContextResult,
  ProposedPresentationContext,
  UserInformation,
} from './pdu.ts'
import { itemTypes, pduHeaderBytes, pduTypes } from './pdu.ts'
import { parseUserInformation } from './user-information.ts'

const aeTitleBytes = 16
const reservedAssociateBytes = 32
/** A-ASSOCIATE-RJ, A-RELEASE-RQ, A-RELEASE-RP and A-ABORT all have a body of four bytes. */
export const fixedBodyBytes = 4

const kindOfType: ReadonlyMap<number, PduKind> = new Map(
  Object.entries(pduTypes).map(([kind, type]) => [type, kind as PduKind]),
)

/** Throws `pdu-unrecognized` for a type outside table 9-11 to 9-26. */
export function pduKindOf(type: number): PduKind {
  const kind = kindOfType.get(type)
  if (kind === undefined) {
    throw new UlError('pdu-unrecognized', 'PDU of unknown type', { details: { offset: 0, pduType: type } })
  }
  return kind
}

/** Parses the body (what follows the six header bytes) of any PDU but P-DATA-TF. Throws `pdu-invalid`. */
export function parseControlPdu(kind: Exclude<PduKind, 'P-DATA-TF'>, body: Uint8Array): ControlPdu {
  switch (kind) {
    case 'A-ASSOCIATE-RQ':
      return parseAssociateRequest(body)
    case 'A-ASSOCIATE-AC':
      return parseAssociateAccept(body)
    case 'A-ASSOCIATE-RJ':
      return parseAssociateReject(body)
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      return { kind }
    case 'A-ABORT': {
      const cursor = new ItemCursor(body, pduHeaderBytes)
      cursor.skip(2)
      return { kind, source: cursor.u8(), reason: cursor.u8() }
    }
  }
}

function parseAssociateReject(body: Uint8Array): AssociateReject {
  const cursor = new ItemCursor(body, pduHeaderBytes)
  cursor.skip(1)
  return { kind: 'A-ASSOCIATE-RJ', result: cursor.u8(), source: cursor.u8(), reason: cursor.u8() }
}

function parseAssociateHead(cursor: ItemCursor): {
  protocolVersion: number
  calledAeTitle: string
  callingAeTitle: string
} {
  const protocolVersion = cursor.u16()
  cursor.skip(2)
  const calledAeTitle = cursor.text(aeTitleBytes)
  const callingAeTitle = cursor.text(aeTitleBytes)
  cursor.skip(reservedAssociateBytes)
  return { protocolVersion, calledAeTitle, callingAeTitle }
}

function parseAssociateRequest(body: Uint8Array): AssociateRequest {
  const cursor = new ItemCursor(body, pduHeaderBytes)
  const head = parseAssociateHead(cursor)
  const presentationContexts: ProposedPresentationContext[] = []
  const items = parseVariableItems(cursor, itemTypes.proposedPresentationContext, (item) => {
    presentationContexts.push(parseProposedContext(item))
  })
  refuseRepeatedIds(cursor, presentationContexts)
  return { kind: 'A-ASSOCIATE-RQ', ...head, ...items, presentationContexts }
}

function parseAssociateAccept(body: Uint8Array): AssociateAccept {
  const cursor = new ItemCursor(body, pduHeaderBytes)
  const head = parseAssociateHead(cursor)
  const presentationContexts: PresentationContextResult[] = []
  const items = parseVariableItems(cursor, itemTypes.presentationContextResult, (item) => {
    presentationContexts.push(parseContextResult(item))
  })
  return { kind: 'A-ASSOCIATE-AC', ...head, ...items, presentationContexts }
}

/** Application context, presentation contexts and user information in any order; unknown items are skipped. */
function parseVariableItems(
  cursor: ItemCursor,
  contextType: number,
  onContext: (item: ItemCursor) => void,
): { applicationContextName: string; userInformation: UserInformation } {
  let applicationContextName = ''
  let userInformation: UserInformation = { maxPduLengthBytes: 0, roleSelections: [], extendedNegotiations: [] }
  while (cursor.remaining > 0) {
    const { type, body } = cursor.item()
    if (type === itemTypes.applicationContext) applicationContextName = body.text(body.remaining)
    else if (type === contextType) onContext(body)
    else if (type === itemTypes.userInformation) userInformation = parseUserInformation(body)
  }
  return { applicationContextName, userInformation }
}

function parseProposedContext(cursor: ItemCursor): ProposedPresentationContext {
  const id = cursor.u8()
  if (id % 2 === 0) throw cursor.fail('presentation context id is not odd')
  cursor.skip(3)
  let abstractSyntaxUid = ''
  const transferSyntaxUids: string[] = []
  while (cursor.remaining > 0) {
    const { type, body } = cursor.item()
    if (type === itemTypes.abstractSyntax) abstractSyntaxUid = body.text(body.remaining)
    else if (type === itemTypes.transferSyntax) transferSyntaxUids.push(body.text(body.remaining))
  }
  return { id, abstractSyntaxUid, transferSyntaxUids }
}

function parseContextResult(cursor: ItemCursor): PresentationContextResult {
  const id = cursor.u8()
  cursor.skip(1)
  const result = cursor.u8()
  cursor.skip(1)
  let transferSyntaxUid = ''
  while (cursor.remaining > 0) {
    const { type, body } = cursor.item()
    if (type === itemTypes.transferSyntax) transferSyntaxUid = body.text(body.remaining)
  }
  return { id, result, transferSyntaxUid }
}

/** An id used twice would make the peer's data ambiguous (PS3.8 7.1.1.13). */
function refuseRepeatedIds(cursor: ItemCursor, contexts: readonly ProposedPresentationContext[]): void {
  if (new Set(contexts.map((context) => context.id)).size !== contexts.length) {
    throw cursor.fail('presentation context id used twice')
  }
}
