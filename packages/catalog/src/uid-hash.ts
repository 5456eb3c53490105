/** FNV-1a of a UID as int4: indexes hold it instead of up to 64 characters, and the UID itself decides. */
export function uidHashOf(uid: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < uid.length; index++) {
    hash = Math.imul(hash ^ uid.charCodeAt(index), 0x01000193)
  }
  return hash | 0
}
