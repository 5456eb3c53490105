type Parameter = string | number | boolean | null

/**
 * A statement in the making. Values enter only through `param`, which answers their place-holder; everything else comes from
 * tables in this package, so that no text of a caller ever becomes SQL.
 */
export class SqlText {
  readonly params: Parameter[] = []
  readonly #parts: string[] = []

  param(value: Parameter): string {
    this.params.push(value)
    return `$${this.params.length}`
  }

  add(text: string): void {
    this.#parts.push(text)
  }

  toString(): string {
    return this.#parts.join('\n')
  }
}
