import { FseError } from '../../model/fse-error.ts'
import type { ReportLimits } from '../limits.ts'

export type PdfLimits = Pick<
  ReportLimits,
  'maxPdfDepth' | 'maxPdfObjects' | 'maxPdfValues' | 'maxPdfScannedBytes' | 'maxInflatedBytes'
>

/**
 * What one document may still cost, shared by all that read it: a bomb is as bad in ten parts as in one, and objects
 * that lie inside one another are read again and again.
 */
export class PdfBudget {
  readonly limits: PdfLimits
  #objects = 0
  #values = 0
  #scannedBytes = 0
  #inflatedBytes = 0

  constructor(limits: PdfLimits) {
    this.limits = limits
  }

  get inflatableBytes(): number {
    return this.limits.maxInflatedBytes - this.#inflatedBytes
  }

  spendObject(): void {
    if (++this.#objects > this.limits.maxPdfObjects) throw tooMany(this.limits.maxPdfObjects)
  }

  spendValue(): void {
    if (++this.#values > this.limits.maxPdfValues) throw tooMany(this.limits.maxPdfValues)
  }

  spendScanned(bytes: number): void {
    this.#scannedBytes += bytes
    if (this.#scannedBytes > this.limits.maxPdfScannedBytes) throw tooMany(this.limits.maxPdfScannedBytes)
  }

  spendInflated(bytes: number): void {
    this.#inflatedBytes += bytes
    if (this.inflatableBytes < 0) throw this.inflateLimit()
  }

  inflateLimit(): FseError {
    return new FseError('inflate-limit', { where: 'PDF', limit: this.limits.maxInflatedBytes })
  }

  checkDepth(depth: number): void {
    const limit = this.limits.maxPdfDepth
    if (depth > limit) throw new FseError('too-deep', { where: 'PDF', limit })
  }
}

function tooMany(limit: number): FseError {
  return new FseError('too-many-nodes', { where: 'PDF', limit })
}
