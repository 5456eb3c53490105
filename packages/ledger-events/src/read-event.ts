import { z } from 'zod'
import type { EventDefinition, EventPayload } from './event-definition.ts'
import { type EventErrorDetails, type EventPlace, LedgerEventError } from './ledger-event-error.ts'
import { isLedgerEventType, type LedgerEvent, type LedgerEventType, ledgerEvents } from './ledger-events.ts'

/** What is kept about a person beside the line: nothing, its values, or nothing any more. */
export type PersonPart =
  | { readonly kind: 'none' }
  | { readonly kind: 'kept'; readonly values: EventPayload }
  | { readonly kind: 'erased' }

/** An event, or what is left of one that means nothing without the values about a person. */
export type ReadEvent =
  | { readonly kind: 'event'; readonly seq: number; readonly at: string; readonly event: LedgerEvent }
  | { readonly kind: 'erased'; readonly seq: number; readonly at: string; readonly type: LedgerEventType }

/** A line as it stands in the ledger. Lines without a version are of before there were any: version 1. */
const lineSchema = z.object({
  seq: z.int().nonnegative(),
  at: z.string(),
  type: z.string(),
  version: z.int().positive().default(1),
  payload: z.record(z.string(), z.unknown()),
})

/** Reads a line of the ledger as an event of the current version. Throws LedgerEventError. */
export function readEvent(line: unknown, o: { place: EventPlace; person?: PersonPart }): ReadEvent {
  const { place, person = { kind: 'none' } } = o
  const { seq, at, type, version, payload } = checked(lineSchema, line, { ...place, ...hintsOf(line) })
  const details = { ...place, seq, ...typeDetail(type), version }
  if (!isLedgerEventType(type)) throw new LedgerEventError('unknown-event-type', details)
  const whole = wholePayload(ledgerEvents[type], { version, payload, person }, details)
  if (whole === undefined) return { kind: 'erased', seq, at, type }
  const current = readPayload(ledgerEvents[type], { version, payload: whole }, details)
  return { kind: 'event', seq, at, event: { type, payload: current } as LedgerEvent }
}

interface Versioned {
  readonly version: number
  readonly payload: EventPayload
}

/** The payload with the values about a person; undefined where these were erased and nothing can stand in for them. */
function wholePayload(
  definition: EventDefinition,
  { version, payload, person }: Versioned & { readonly person: PersonPart },
  details: EventErrorDetails,
): EventPayload | undefined {
  switch (person.kind) {
    case 'none':
      return payload
    case 'kept':
      return { ...payload, ...person.values }
    case 'erased': {
      const { erased } = versionOf(definition, version, details)
      return erased && { ...payload, ...erased }
    }
  }
}

/** Checks a payload by its version and makes it one of the last version. */
export function readPayload(definition: EventDefinition, o: Versioned, details: EventErrorDetails): unknown {
  versionOf(definition, o.version, details)
  let payload: unknown = o.payload
  for (const { schema, upcast } of definition.versions.slice(o.version - 1)) {
    const read = checked(schema, payload, details)
    payload = upcast === undefined ? read : upcast(read as never)
  }
  return payload
}

export function versionOf(definition: EventDefinition, version: number, details: EventErrorDetails) {
  const known = definition.versions[version - 1]
  if (known === undefined) throw new LedgerEventError('later-event-version', details)
  return known
}

/** Throws `malformed-event` with the path and the kind of the first problem, and no value. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, details: EventErrorDetails): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue?.path.map(String).join('.') ?? ''
  throw new LedgerEventError('malformed-event', { ...details, path, problem: issue?.code ?? 'unknown' })
}

/** What may be told of a line that is not one. */
function hintsOf(line: unknown): EventErrorDetails {
  if (typeof line !== 'object' || line === null) return {}
  const { seq, type } = line as { readonly seq?: unknown; readonly type?: unknown }
  return { ...(Number.isInteger(seq) ? { seq: Number(seq) } : {}), ...typeDetail(type) }
}

/** A type is told only where it looks like one: a damaged line may say anything there. */
function typeDetail(type: unknown): EventErrorDetails {
  return typeof type === 'string' && /^[a-z][a-z-]{0,63}$/.test(type) ? { type } : {}
}
