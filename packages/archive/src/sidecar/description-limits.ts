import { type ScanLimits, scanLimits } from '@vna/dicom'

const kibi = 1024
const mebi = 1024 * kibi

/**
 * What describing one instance may take. All of it grows with the bytes of the instance, for whoever sends more may cost
 * more; and all of it counts steps and bytes, never time, so that describing again comes to the same answer. Not deflated,
 * no instance has more elements, fragments or text than its bytes allow: it is small ones that inflate which are held back.
 */
export const descriptionLimits = {
  /** Elements and items: an Enhanced CT of 20,000 frames has some 1.5 million in far more bytes. */
  baseElements: 100_000,
  bytesPerElement: 2,
  baseHeaderBytes: 8 * mebi,
  headerBytesPerByte: 8,
  baseFragments: 10_000,
  bytesPerFragment: 8,
  baseEscapes: 64 * kibi,
  bytesPerEscape: 16,
  /** Text of a line of the sidecar. */
  baseLineBytes: 128 * kibi,
  lineBytesPerByte: 4,
  maxLineBytes: 384 * mebi,
  /** What all members of a pack together may take beyond their own, the first of them first. */
  sharedLineBytes: 64 * mebi,
  /** What deflated data sets inflate to, with their pixel data. */
  inflatedBytesPerByte: 20,
  sharedInflatedBytes: 512 * mebi,
  /** JSON of what the catalog keeps of an instance. */
  maxInstanceHeaderBytes: 1 * mebi,
  /** From here on the line carries the instance header itself, so that nobody parses so much for so little. */
  headerBesideJsonBytes: 1 * mebi,
} as const

/** What one member may take. */
export interface MemberAllowance {
  readonly scan: Partial<ScanLimits>
  readonly maxEscapes: number
  readonly maxLineBytes: number
}

/** What a member took, whether it could be described or not. */
export interface MemberCost {
  readonly inflatedBytes: number
  readonly lineBytes: number
}

/** What the members of one pack may take beyond what each may by its own bytes: the first take first. */
export class PackBudget {
  #lineBytes: number = descriptionLimits.sharedLineBytes
  #inflatedBytes: number = descriptionLimits.sharedInflatedBytes

  allowanceOf(lengthBytes: number): MemberAllowance {
    const l = descriptionLimits
    return {
      scan: {
        maxElements: atMost(scanLimits.maxElements, l.baseElements + lengthBytes / l.bytesPerElement),
        maxHeaderBytes: atMost(scanLimits.maxHeaderBytes, l.baseHeaderBytes + lengthBytes * l.headerBytesPerByte),
        maxFragments: atMost(scanLimits.maxFragments, l.baseFragments + lengthBytes / l.bytesPerFragment),
        maxInflatedBytes: atMost(scanLimits.maxInflatedBytes, ownInflatedBytes(lengthBytes) + this.#inflatedBytes),
      },
      maxEscapes: Math.floor(l.baseEscapes + lengthBytes / l.bytesPerEscape),
      maxLineBytes: atMost(l.maxLineBytes, ownLineBytes(lengthBytes) + this.#lineBytes),
    }
  }

  spend(lengthBytes: number, cost: MemberCost): void {
    this.#lineBytes -= Math.max(0, cost.lineBytes - ownLineBytes(lengthBytes))
    const inflatedBytes = Math.max(0, cost.inflatedBytes - ownInflatedBytes(lengthBytes))
    this.#inflatedBytes = Math.max(0, this.#inflatedBytes - inflatedBytes)
  }
}

function ownLineBytes(lengthBytes: number): number {
  return descriptionLimits.baseLineBytes + lengthBytes * descriptionLimits.lineBytesPerByte
}

function ownInflatedBytes(lengthBytes: number): number {
  return lengthBytes * descriptionLimits.inflatedBytesPerByte
}

function atMost(limit: number, wanted: number): number {
  return Math.min(limit, Math.floor(wanted))
}
