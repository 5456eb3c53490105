import { DicomError } from '../errors.ts'

/**
 * How many escape sequences (PS3.5 6.1.2.5) a data set may have. Each makes another run of text with a decoder of its own:
 * they are what costs most of all that text can hold.
 */
export class EscapeBudget {
  readonly #limit: number
  #left: number

  constructor(limit: number) {
    this.#limit = limit
    this.#left = limit
  }

  /** Throws DicomError 'too-many-escapes'. */
  spend(): void {
    if (this.#left === 0) throw new DicomError('too-many-escapes', { limit: this.#limit })
    this.#left--
  }
}
