import type { ZodType } from 'zod'

/** One environment variable: its name, how its text becomes a value, and what the README says about it. */
export interface Variable<T> {
  readonly name: string
  readonly description: string
  /** The default as text: it goes through the same schema as a value from the environment. */
  readonly defaultText?: string
  /** What the README shows where there is no `defaultText`. */
  readonly defaultNote?: string
  readonly schema: ZodType<T, string>
  readonly optional: boolean
}

interface VariableOptions<T> {
  readonly name: string
  readonly description: string
  readonly defaultText?: string
  readonly defaultNote?: string
  readonly schema: ZodType<T, string>
}

/** A variable with a default, or one that must be given when it has none. */
export function variable<T>(options: VariableOptions<T>): Variable<T> {
  return { ...options, optional: false }
}

/** A variable that may be absent: its value is then `undefined`. */
export function optionalVariable<T>(options: VariableOptions<T>): Variable<T | undefined> {
  return { ...options, schema: options.schema as ZodType<T | undefined, string>, optional: true }
}

/** The same variable for a program that cannot run without it. */
export function required<T>(from: Variable<T | undefined>): Variable<T> {
  return { ...from, schema: from.schema as ZodType<T, string>, optional: false }
}
