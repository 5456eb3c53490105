/** FNV-1a of a UID as int4, for the index that finds a SOP Instance UID in whatever study it is. */
export function sopHashOf(uid: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < uid.length; index++) {
    hash = Math.imul(hash ^ uid.charCodeAt(index), 0x01000193)
  }
  return hash | 0
}
