/** Hand-written elements for tests, in explicit little endian unless named otherwise. */

type Content = Uint8Array | string

function bytesOf(content: Content): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'latin1') : Buffer.from(content)
}

function tagBytes(tag: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt16LE(tag >>> 16, 0)
  bytes.writeUInt16LE(tag & 0xffff, 2)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

export const open = 0xffffffff

/** VR with a 16-bit length; `length` lies where given. */
export function short(tag: number, vr: string, content: Content, length?: number): Buffer {
  const value = bytesOf(content)
  const size = Buffer.alloc(2)
  size.writeUInt16LE(length ?? value.length)
  return Buffer.concat([tagBytes(tag), Buffer.from(vr, 'latin1'), size, value])
}

/** VR with two reserved bytes and a 32-bit length. */
export function long(tag: number, vr: string, content: Content, length?: number): Buffer {
  const value = bytesOf(content)
  return Buffer.concat([
    tagBytes(tag),
    Buffer.from(vr, 'latin1'),
    Buffer.alloc(2),
    uint32(length ?? value.length),
    value,
  ])
}

/** Implicit VR, and items and delimiters in every encoding. */
export function implicit(tag: number, content: Content, length?: number): Buffer {
  const value = bytesOf(content)
  return Buffer.concat([tagBytes(tag), uint32(length ?? value.length), value])
}

export function item(content: Content, length?: number): Buffer {
  return implicit(0xfffee000, content, length)
}

export const itemEnd = implicit(0xfffee00d, '')
export const sequenceEnd = implicit(0xfffee0dd, '')

export function openItem(content: Content): Buffer {
  return Buffer.concat([item(content, open), itemEnd])
}

/** The header elements every composite instance has. */
export const identityElements = Buffer.concat([
  short(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2\0'),
  short(0x00080018, 'UI', '1.2.3.4\0'),
  short(0x00100020, 'LO', 'PATIENT1'),
  short(0x0020000d, 'UI', '1.2.3\0'),
  short(0x0020000e, 'UI', '1.2.3.5\0'),
])
