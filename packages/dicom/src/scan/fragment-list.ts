/**
 * The fragments of encapsulated pixel data, behind the Basic Offset Table (PS3.5 A.4). They lie one behind the other, each
 * behind the eight bytes of its item tag and length: where the first begins and how long each is tells where all of them are.
 */
export interface Fragments {
  /** Of the first fragment's bytes, in the data set. */
  readonly offset: number
  readonly lengths: Uint32Array
  /** 1 where a fragment begins with a JPEG, JPEG-LS, JPEG 2000 or JPEG XL start marker, which tells frames apart without a table. */
  readonly startsCodestream: Uint8Array
}

export const itemHeaderBytes = 8
const firstCapacity = 16

/** Five bytes a fragment: a whole-slide image has some millions. */
export class FragmentList {
  #offset = 0
  #count = 0
  #lengths = new Uint32Array(firstCapacity)
  #startsCodestream = new Uint8Array(firstCapacity)

  add(offset: number, length: number, startsCodestream: boolean): void {
    if (this.#count === 0) this.#offset = offset
    if (this.#count === this.#lengths.length) this.#grow()
    this.#lengths[this.#count] = length
    this.#startsCodestream[this.#count] = startsCodestream ? 1 : 0
    this.#count++
  }

  fragments(): Fragments {
    return {
      offset: this.#offset,
      lengths: this.#lengths.subarray(0, this.#count),
      startsCodestream: this.#startsCodestream.subarray(0, this.#count),
    }
  }

  #grow(): void {
    const lengths = new Uint32Array(2 * this.#count)
    lengths.set(this.#lengths)
    this.#lengths = lengths
    const startsCodestream = new Uint8Array(2 * this.#count)
    startsCodestream.set(this.#startsCodestream)
    this.#startsCodestream = startsCodestream
  }
}
