import { RuntimeError } from '../errors.ts'
import { configTable, internalTable } from './config-table.ts'
import type { Variable } from './variable.ts'

// biome-ignore lint/suspicious/noExplicitAny: Variable<T> is invariant in T, so no narrower bound admits every variable.
type Shape = Readonly<Record<string, Variable<any>>>

export type Environment = Readonly<Record<string, string | undefined>>
export type Config<S extends Shape> = { readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never }

const ourPrefix = 'VNA_'
const maxTypoDistance = 2

/**
 * Makes the one config parser of a program. The parser is pure and strict: it reports every problem at once
 * (RuntimeError `invalid-config`), answers a frozen object, and never repeats a value in a message. An empty text counts
 * as absent. A `VNA_` name nobody knows is a problem when it is a slip of a known one.
 */
export function defineConfig<const S extends Shape>(shape: S): (environment: Environment) => Config<S> {
  const known = knownNames(shape)
  return (environment) => {
    const problems: string[] = findSlips(environment, known)
    const config: Record<string, unknown> = {}
    for (const [key, variable] of Object.entries(shape)) {
      const outcome = readVariable(variable, environment)
      if (outcome.problem === undefined) config[key] = outcome.value
      else problems.push(`${variable.name}: ${outcome.problem}`)
    }
    if (problems.length > 0) throw new RuntimeError('invalid-config', problems.join('\n'), { details: { problems } })
    return Object.freeze(config) as Config<S>
  }
}

function readVariable(variable: Variable<unknown>, environment: Environment): { value?: unknown; problem?: string } {
  const given = environment[variable.name]
  const text = given === undefined || given === '' ? variable.defaultText : given
  if (text === undefined) return variable.optional ? { value: undefined } : { problem: 'must be set' }
  const parsed = variable.schema.safeParse(text)
  if (parsed.success) return { value: parsed.data }
  return { problem: parsed.error.issues.map((issue) => issue.message).join(', ') }
}

function knownNames(shape: Shape): ReadonlySet<string> {
  const all = [...Object.values(configTable), ...Object.values(internalTable), ...Object.values(shape)]
  return new Set(all.map((variable) => variable.name))
}

function findSlips(environment: Environment, known: ReadonlySet<string>): string[] {
  const unknown = Object.keys(environment).filter((name) => name.startsWith(ourPrefix) && !known.has(name))
  return unknown.flatMap((name) => {
    const meant = [...known].find((candidate) => editDistance(name, candidate) <= maxTypoDistance)
    return meant === undefined ? [] : [`${name}: unknown variable, did you mean ${meant}?`]
  })
}

/** Levenshtein distance; names are short, so one row of the table is enough. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution))
    }
    row = next
  }
  return row[to.length]!
}
