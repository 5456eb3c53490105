/** PS3.5 9.1: components of digits, no leading zero except "0" itself, at most 64 characters. */
const validUid = /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/

/** A file name and a key everywhere: digits and dots, no dot first, last or twice, so never "." or "..". */
const storableUid = /^\d+(\.\d+)*$/

export const maxUidLength = 64

/** Conforms to PS3.5 9.1 and 6.2 (UI): what this archive itself would ever write. */
export function isValidUid(uid: string): boolean {
  return uid.length <= maxUidLength && validUid.test(uid)
}

/** Not necessarily conformant ('111', leading zeros), but safe to store and to name files by. */
export function isStorableUid(uid: string): boolean {
  return uid.length <= maxUidLength && storableUid.test(uid)
}
