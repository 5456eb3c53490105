import type { z } from 'zod'

export type EventPayload = Readonly<Record<string, unknown>>

interface EventVersion {
  readonly schema: z.ZodType
  /** Fields of the payload about a person: they stand apart from the chained line, where they can be erased. */
  readonly person: readonly string[]
  /** Values for the fields about a person where these were erased; undefined: nothing of the event is left to apply. */
  readonly erased: EventPayload | undefined
  /** Makes the payload of the next version; only the last version has none. */
  readonly upcast?: (payload: never) => unknown
}

/** Every version of one type of event, version 1 first. `Payload` is that of the last one. */
export interface EventDefinition<Payload = unknown> {
  readonly versions: readonly EventVersion[]
  /** For its type alone; never there. */
  readonly payload?: Payload
}

interface VersionOptions<Payload> {
  readonly person?: readonly (keyof Payload & string)[]
  readonly erased?: Partial<Payload>
}

/** The first version of a type. An event with fields about a person and no `erased` is passed over once they are erased. */
export function first<Schema extends z.ZodType<EventPayload>>(
  schema: Schema,
  options: VersionOptions<z.output<Schema>> = {},
): EventDefinition<z.output<Schema>> {
  return { versions: [versionOf(schema, options)] }
}

/** A type with one more version; `upcast` is pure and makes its payload of the version before. */
export function next<Before, Schema extends z.ZodType<EventPayload>>(
  before: EventDefinition<Before>,
  schema: Schema,
  options: VersionOptions<z.output<Schema>> & { readonly upcast: (payload: Before) => z.output<Schema> },
): EventDefinition<z.output<Schema>> {
  const last = before.versions.at(-1)
  if (last === undefined) throw new RangeError('a type has a first version')
  const { upcast } = options
  return { versions: [...before.versions.slice(0, -1), { ...last, upcast }, versionOf(schema, options)] }
}

function versionOf<Payload>(schema: z.ZodType, { person = [], erased }: VersionOptions<Payload>): EventVersion {
  return { schema, person, erased: person.length === 0 ? {} : erased }
}
