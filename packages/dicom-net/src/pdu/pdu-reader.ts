import { UlError } from '../errors.ts'
import type { UlLimits } from '../limits.ts'
import { fixedBodyBytes, parseControlPdu, pduKindOf } from './parse-pdu.ts'
import type { ControlPdu, PduKind } from './pdu.ts'
import { pduHeaderBytes, pdvHeaderBytes } from './pdu.ts'

/** A piece of a PDV as it arrived. `bytes` are valid only during the call. */
export interface PdvPiece {
  presentationContextId: number
  isCommand: boolean
  /** The last piece of the last fragment of a command set or data set (Annex E.2). */
  endsMessage: boolean
  bytes: Uint8Array
}

export interface PduHandler {
  /** A whole PDU other than P-DATA-TF. */
  onPdu(pdu: ControlPdu): void
  /** The header of a P-DATA-TF PDU; its pieces follow. */
  onPDataStart(): void
  /** The object is reused for the next piece. */
  onPdvPiece(piece: PdvPiece): void
  /** True stops the reader after the current call; `push` then tells how far it came. */
  readonly halted: boolean
}

const firstBodyBytes = 4096
const pdvCommandBit = 0x01
const pdvLastBit = 0x02

type Phase = 'pdu-header' | 'body' | 'pdv-header' | 'pdv'

/**
 * Cuts a byte stream into PDUs (PS3.8 9.3.1). P-DATA-TF is never buffered: each PDV is handed on piece by piece as the
 * bytes arrive. The result does not depend on how the stream is split. After it threw it must not be pushed again.
 */
export class PduReader {
  readonly #handler: PduHandler
  readonly #limits: UlLimits
  #phase: Phase = 'pdu-header'
  readonly #header = new Uint8Array(pduHeaderBytes)
  #headerFilled = 0
  #kind: PduKind = 'A-ABORT'
  /** Bytes of the PDU body not read yet. */
  #pduRemaining = 0
  #pdvRemaining = 0
  #pdvIsLast = false
  #body = new Uint8Array(0)
  #bodyFilled = 0
  readonly #piece: PdvPiece = {
    presentationContextId: 0,
    isCommand: false,
    endsMessage: false,
    bytes: this.#body,
  }

  constructor(handler: PduHandler, limits: UlLimits) {
    this.#handler = handler
    this.#limits = limits
  }

  /** True between the first byte of a PDU and its last. */
  get insidePdu(): boolean {
    return this.#phase !== 'pdu-header' || this.#headerFilled > 0
  }

  /** Reads until the end or until the handler halts; returns the number of bytes consumed. Throws `UlError`. */
  push(bytes: Uint8Array): number {
    let at = 0
    while (at < bytes.length && !this.#handler.halted) {
      switch (this.#phase) {
        case 'pdu-header':
          at = this.#fillHeader(bytes, at)
          if (this.#headerFilled === pduHeaderBytes) this.#startPdu()
          break
        case 'body':
          at = this.#fillBody(bytes, at)
          break
        case 'pdv-header':
          at = this.#fillHeader(bytes, at)
          if (this.#headerFilled === pdvHeaderBytes) this.#startPdv()
          break
        case 'pdv':
          at = this.#passPiece(bytes, at)
          break
      }
    }
    return at
  }

  #fillHeader(bytes: Uint8Array, start: number): number {
    let at = start
    while (at < bytes.length && this.#headerFilled < pduHeaderBytes) {
      this.#header[this.#headerFilled++] = bytes[at++] as number
    }
    return at
  }

  #headerUint32(offset: number): number {
    const h = this.#header
    return (
      ((h[offset] as number) * 0x1000000 +
        (((h[offset + 1] as number) << 16) | ((h[offset + 2] as number) << 8) | (h[offset + 3] as number))) >>>
      0
    )
  }

  #startPdu(): void {
    this.#headerFilled = 0
    this.#kind = pduKindOf(this.#header[0] as number)
    const lengthBytes = this.#headerUint32(2)
    // Checked before anything is buffered: a peer may announce 4 GiB and send it slowly.
    checkPduLength(this.#kind, lengthBytes, this.#limits)
    this.#pduRemaining = lengthBytes
    if (this.#kind === 'P-DATA-TF') {
      this.#phase = 'pdv-header'
      this.#handler.onPDataStart()
      return
    }
    this.#phase = 'body'
    // Grown as bytes arrive, so an announced length alone costs nothing.
    this.#body = new Uint8Array(Math.min(lengthBytes, firstBodyBytes))
    this.#bodyFilled = 0
  }

  #fillBody(bytes: Uint8Array, start: number): number {
    const take = Math.min(this.#pduRemaining, bytes.length - start)
    const needed = this.#bodyFilled + take
    if (needed > this.#body.length) {
      const grown = new Uint8Array(
        Math.min(Math.max(needed, 2 * this.#body.length), needed + this.#pduRemaining - take),
      )
      grown.set(this.#body.subarray(0, this.#bodyFilled))
      this.#body = grown
    }
    this.#body.set(bytes.subarray(start, start + take), this.#bodyFilled)
    this.#bodyFilled = needed
    this.#pduRemaining -= take
    if (this.#pduRemaining === 0) {
      const body = this.#body
      this.#phase = 'pdu-header'
      this.#body = new Uint8Array(0)
      if (this.#kind !== 'P-DATA-TF') this.#handler.onPdu(parseControlPdu(this.#kind, body))
    }
    return start + take
  }

  #startPdv(): void {
    this.#headerFilled = 0
    const itemBytes = this.#headerUint32(0)
    const left = this.#pduRemaining - pdvHeaderBytes
    if (itemBytes < 2 || itemBytes - 2 > left) {
      throw new UlError('pdu-invalid', 'PDV length does not fit its PDU', {
        details: { itemBytes, pduRemainingBytes: this.#pduRemaining },
      })
    }
    const control = this.#header[5] as number
    this.#piece.presentationContextId = this.#header[4] as number
    this.#piece.isCommand = (control & pdvCommandBit) !== 0
    this.#pdvIsLast = (control & pdvLastBit) !== 0
    this.#pduRemaining = left
    this.#pdvRemaining = itemBytes - 2
    this.#phase = 'pdv'
    if (this.#pdvRemaining === 0) this.#handOn(this.#header.subarray(0, 0))
  }

  #passPiece(bytes: Uint8Array, start: number): number {
    const take = Math.min(this.#pdvRemaining, bytes.length - start)
    this.#pdvRemaining -= take
    this.#pduRemaining -= take
    this.#handOn(start === 0 && take === bytes.length ? bytes : bytes.subarray(start, start + take))
    return start + take
  }

  #handOn(piece: Uint8Array): void {
    const pdvEnds = this.#pdvRemaining === 0
    if (pdvEnds) this.#startNextItem()
    this.#piece.endsMessage = pdvEnds && this.#pdvIsLast
    this.#piece.bytes = piece
    this.#handler.onPdvPiece(this.#piece)
  }

  #startNextItem(): void {
    if (this.#pduRemaining === 0) {
      this.#phase = 'pdu-header'
      return
    }
    if (this.#pduRemaining < pdvHeaderBytes) {
      throw new UlError('pdu-invalid', 'bytes left in a P-DATA-TF PDU are too few for a PDV', {
        details: { pduRemainingBytes: this.#pduRemaining },
      })
    }
    this.#phase = 'pdv-header'
  }
}

function checkPduLength(kind: PduKind, lengthBytes: number, limits: UlLimits): void {
  const [shortest, longest] = lengthRange(kind, limits)
  if (lengthBytes > longest) {
    throw new UlError('pdu-too-long', `${kind} is longer than allowed`, {
      details: { offset: 2, lengthBytes, maxLengthBytes: longest },
    })
  }
  if (lengthBytes < shortest) {
    throw new UlError('pdu-invalid', `${kind} is shorter than possible`, { details: { offset: 2, lengthBytes } })
  }
}

/** Protocol version to reserved field: what every A-ASSOCIATE-RQ and -AC has in front of its items. */
const associateHeadBytes = 68

function lengthRange(kind: PduKind, limits: UlLimits): [number, number] {
  switch (kind) {
    case 'P-DATA-TF':
      return [pdvHeaderBytes, limits.maxPduLengthBytes]
    case 'A-ASSOCIATE-RQ':
    case 'A-ASSOCIATE-AC':
      return [associateHeadBytes, limits.maxAssociatePduLengthBytes]
    case 'A-ASSOCIATE-RJ':
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
    case 'A-ABORT':
      return [fixedBodyBytes, fixedBodyBytes]
  }
}
