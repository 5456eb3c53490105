import type { ItemCursor } from './item-cursor.ts'
import { ItemWriter } from './item-writer.ts'
import type { ExtendedNegotiation, RoleSelection, UserInformation } from './pdu.ts'
import { itemTypes } from './pdu.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Mutable<UserInformation> & {
  roleSelections: RoleSelection[]
  extendedNegotiations: ExtendedNegotiation[]
}

/** Readers of the user information sub-items (PS3.8 D.1, PS3.7 D.3.3); unknown ones are skipped (PS3.8 9.3.1). */
const subItemReaders: Record<number, (body: ItemCursor, draft: Draft) => void> = {
  [itemTypes.maximumLength]: (body, draft) => {
    draft.maxPduLengthBytes = body.u32()
  },
  [itemTypes.implementationClassUid]: (body, draft) => {
    draft.implementationClassUid = body.text(body.remaining)
  },
  [itemTypes.implementationVersionName]: (body, draft) => {
    draft.implementationVersionName = body.text(body.remaining)
  },
  [itemTypes.asynchronousOperationsWindow]: (body, draft) => {
    draft.asynchronousOperations = { maxInvoked: body.u16(), maxPerformed: body.u16() }
  },
  [itemTypes.roleSelection]: (body, draft) => {
    const sopClassUid = body.text(body.u16())
    draft.roleSelections.push({ sopClassUid, scuRole: body.u8() === 1, scpRole: body.u8() === 1 })
  },
  [itemTypes.extendedNegotiation]: (body, draft) => {
    const sopClassUid = body.text(body.u16())
    // Copied: the PDU's buffer is reused.
    draft.extendedNegotiations.push({
      sopClassUid,
      serviceClassApplicationInformation: Uint8Array.from(body.bytes(body.remaining)),
    })
  },
  [itemTypes.userIdentity]: (body, draft) => {
    draft.userIdentity = { type: body.u8(), positiveResponseRequested: body.u8() === 1 }
    body.skip(body.u16())
    body.skip(body.u16())
  },
}

export function parseUserInformation(cursor: ItemCursor): UserInformation {
  const draft: Draft = { maxPduLengthBytes: 0, roleSelections: [], extendedNegotiations: [] }
  while (cursor.remaining > 0) {
    const { type, body } = cursor.item()
    subItemReaders[type]?.(body, draft)
  }
  return draft
}

/** Encodes the user information item; its sub-items in ascending order of type, as Annex D lists them. */
export function encodeUserInformation(user: UserInformation): Uint8Array {
  const body = new ItemWriter()
  body.item(itemTypes.maximumLength, new ItemWriter().u32(user.maxPduLengthBytes))
  if (user.implementationClassUid !== undefined) {
    body.item(itemTypes.implementationClassUid, new ItemWriter().text(user.implementationClassUid))
  }
  const window = user.asynchronousOperations
  if (window !== undefined) {
    body.item(itemTypes.asynchronousOperationsWindow, new ItemWriter().u16(window.maxInvoked).u16(window.maxPerformed))
  }
  for (const role of user.roleSelections) {
    const item = new ItemWriter().u16(role.sopClassUid.length).text(role.sopClassUid)
    body.item(itemTypes.roleSelection, item.u8(role.scuRole ? 1 : 0).u8(role.scpRole ? 1 : 0))
  }
  if (user.implementationVersionName !== undefined) {
    body.item(itemTypes.implementationVersionName, new ItemWriter().text(user.implementationVersionName))
  }
  for (const extended of user.extendedNegotiations) {
    const item = new ItemWriter().u16(extended.sopClassUid.length).text(extended.sopClassUid)
    body.item(itemTypes.extendedNegotiation, item.bytes(extended.serviceClassApplicationInformation))
  }
  return new ItemWriter().item(itemTypes.userInformation, body).finish()
}
