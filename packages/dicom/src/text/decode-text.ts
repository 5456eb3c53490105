export function decodeText(value: Uint8Array, _charsets: readonly string[], _vr: string): string {
  return Buffer.from(value.buffer, value.byteOffset, value.length)
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
}
