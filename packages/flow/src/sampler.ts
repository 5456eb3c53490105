export interface SamplerOptions<Value> {
  /** Of the same key, one value is told in so long, and afterwards how many more there were. */
  readonly windowMs: number
  /** Keys counted apart in one window; what is beyond them is counted together. */
  readonly maxKeys: number
  onFirst(value: Value): void
  /** `value`: the last of them. */
  onMore(value: Value, times: number): void
}

/**
 * For what strangers may bring about as often as they like: whoever floods is told once and counted. `flush` is called once a
 * window by its owner, and at the end.
 */
export class Sampler<Value> {
  readonly #options: SamplerOptions<Value>
  readonly #more = new Map<string, { times: number; last: Value }>()
  readonly #timer: NodeJS.Timeout

  constructor(options: SamplerOptions<Value>) {
    this.#options = options
    this.#timer = setInterval(() => this.flush(), options.windowMs)
    this.#timer.unref()
  }

  note(key: string, value: Value): void {
    const known = this.#more.has(key) || this.#more.size < this.#options.maxKeys ? key : ''
    const seen = this.#more.get(known)
    if (seen === undefined) {
      this.#more.set(known, { times: 0, last: value })
      this.#options.onFirst(value)
      return
    }
    seen.times += 1
    seen.last = value
  }

  /** Ends the window: tells of each key how many more there were. */
  flush(): void {
    const counted = [...this.#more.values()]
    this.#more.clear()
    for (const { times, last } of counted) if (times > 0) this.#options.onMore(last, times)
  }

  close(): void {
    clearInterval(this.#timer)
    this.flush()
  }
}
