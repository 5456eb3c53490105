import type { EventPayload } from './event-definition.ts'
import { LedgerEventError } from './ledger-event-error.ts'
import { isLedgerEventType, type LedgerEvent, ledgerEvents } from './ledger-events.ts'
import { checked, versionOf } from './read-event.ts'

/** What may be appended: an event of a type that has a schema. */
export type NewLedgerEvent = LedgerEvent

/** An event as it is kept, of whatever version it was when it was written. */
export interface VersionedEvent {
  readonly type: string
  readonly version: number
  readonly payload: EventPayload
}

/**
 * The event as it is kept, checked by the current version of its type. Fields that the version does not name are left out:
 * nobody could read them. Throws `malformed-event`, so that what could not be replayed is not decided either.
 */
export function checkNewEvent({ type, payload }: NewLedgerEvent): VersionedEvent {
  const version = ledgerEvents[type].versions.length
  const { schema } = versionOf(ledgerEvents[type], version, { type, version })
  return { type, version, payload: checked(schema, payload, { type, version }) as EventPayload }
}

export interface SplitEvent {
  /** For the chained line. */
  readonly payload: EventPayload
  /** About a person; undefined where the event says nothing of one. */
  readonly person: EventPayload | undefined
}

/** Parts what stands in the chain for ever from what can be erased. Throws LedgerEventError for what is not known. */
export function splitEvent({ type, version, payload }: VersionedEvent): SplitEvent {
  if (!isLedgerEventType(type)) throw new LedgerEventError('unknown-event-type', { version })
  const names = new Set(versionOf(ledgerEvents[type], version, { type, version }).person)
  const entries = Object.entries(payload)
  const person = entries.filter(([name]) => names.has(name))
  return {
    payload: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
    person: person.length === 0 ? undefined : Object.fromEntries(person),
  }
}
