import { constants, inflateSync } from 'node:zlib'
import { FseError } from '../../model/fse-error.ts'
import type { PdfBudget } from './pdf-budget.ts'

/** zlib data, never more than the budget holds. A missing end (which some writers cut off) is forgiven. */
export function inflateBounded(bytes: Uint8Array, budget: PdfBudget): Buffer {
  const inflated = inflate(bytes, budget)
  budget.spendInflated(inflated.length)
  return inflated
}

function inflate(bytes: Uint8Array, budget: PdfBudget): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: budget.inflatableBytes + 1, finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    if (error instanceof RangeError) throw budget.inflateLimit()
    throw new FseError('malformed-pdf', { where: 'FlateDecode' })
  }
}

export interface PredictorParameters {
  readonly predictor: number
  readonly columns: number
  readonly colors: number
  readonly bitsPerComponent: number
}

const maxRowBytes = 1 << 20

/** PNG predictors (ISO 32000-1 7.4.4.4): each row begins with its filter; cross-reference streams use Up. */
export function undoPredictor(bytes: Buffer, parameters: PredictorParameters): Buffer {
  const { predictor, columns, colors, bitsPerComponent } = parameters
  if (predictor === 1) return bytes
  const rowBytes = Math.ceil((columns * colors * bitsPerComponent) / 8)
  const isPossible = predictor >= 10 && predictor <= 15 && rowBytes >= 1 && rowBytes <= maxRowBytes
  if (!isPossible) throw new FseError('unsupported-pdf-filter', { where: 'Predictor' })
  const pixelBytes = Math.max(1, Math.ceil((colors * bitsPerComponent) / 8))
  const rows = Math.floor(bytes.length / (rowBytes + 1))
  const result = Buffer.alloc(rows * rowBytes)
  for (let row = 0; row < rows; row++) {
    const source = row * (rowBytes + 1)
    const filter = bytes[source] as number
    for (let i = 0; i < rowBytes; i++) {
      const at = row * rowBytes + i
      const left = i < pixelBytes ? 0 : (result[at - pixelBytes] as number)
      const up = row === 0 ? 0 : (result[at - rowBytes] as number)
      const upLeft = row === 0 || i < pixelBytes ? 0 : (result[at - rowBytes - pixelBytes] as number)
      result[at] = (bytes[source + 1 + i] as number) + predicted(filter, left, up, upLeft)
    }
  }
  return result
}

function predicted(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter === 4) return paeth(left, up, upLeft)
  throw new FseError('malformed-pdf', { where: 'Predictor' })
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft
  const [toLeft, toUp, toUpLeft] = [left, up, upLeft].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ]
  if (toLeft <= toUp && toLeft <= toUpLeft) return left
  return toUp <= toUpLeft ? up : upLeft
}
