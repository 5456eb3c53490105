/** Whose share a limit is: what one of these may use up before the others notice anything. */
export type LimitOwner =
  /** All of a service together. */
  | 'process'
  /** One network address that has not said yet who it is. */
  | 'address'
  /** One token. */
  | 'principal'
  /** One health entity. */
  | 'entity'
  | 'association'
  | 'request'
  | 'instance'

export interface LimitDeclaration {
  /** What is counted, in the words of an operator; unique. */
  readonly name: string
  readonly owner: LimitOwner
  readonly value: number
  readonly unit: string
  /** What happens to whoever goes beyond. */
  readonly beyond: string
}

const declared = new Map<string, LimitDeclaration>()

/**
 * Declares one limit and returns its value. Whatever grows with input (a buffer, list, map, queue, key space, wait or a step
 * that costs CPU) has one; `docs/limits.md` is made of them. Throws RangeError for a value that is no limit, and for a name
 * that another declaration has.
 */
export function limit(declaration: LimitDeclaration): number {
  const { name, value } = declaration
  if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(`${name}: a limit is a positive number`)
  const other = declared.get(name)
  if (other !== undefined && JSON.stringify(other) !== JSON.stringify(declaration)) {
    throw new RangeError(`${name}: declared twice`)
  }
  declared.set(name, declaration)
  return value
}

/** Every limit of the modules loaded so far, by owner and name. */
export function declaredLimits(): readonly LimitDeclaration[] {
  return [...declared.values()].sort((a, b) => a.owner.localeCompare(b.owner) || a.name.localeCompare(b.name))
}
