import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'

const compress = promisify(zstdCompress)
/** Without it a damaged byte may be decompressed to other metadata, and nobody notices. */
const withChecksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }

/** Text of more is compressed as a frame of its own (RFC 8878 3: frames one behind the other are one content). */
const frameBytes = 8 * 1024 * 1024

/** The lines of a sidecar while it is being built: what is no longer needed as text is there compressed only. */
export class SidecarText {
  readonly #frames: Buffer[] = []
  #pending: Buffer[] = []
  #pendingBytes = 0

  async add(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      this.#pending.push(piece)
      this.#pendingBytes += piece.length
      if (this.#pendingBytes >= frameBytes) await this.#endFrame()
    }
  }

  /** The sidecar: the head, which is known last, and then all lines. */
  async end(head: string): Promise<Buffer> {
    const first = Buffer.from(head)
    // Nearly always all of it is one frame, which compresses best.
    if (this.#frames.length === 0) return compress(Buffer.concat([first, ...this.#pending]), withChecksum)
    await this.#endFrame()
    return Buffer.concat([await compress(first, withChecksum), ...this.#frames])
  }

  async #endFrame(): Promise<void> {
    const text = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
    if (text.length > 0) this.#frames.push(await compress(text, withChecksum))
  }
}
