export type { EventPayload } from './event-definition.ts'
export {
  type EventErrorDetails,
  type EventPlace,
  LedgerEventError,
  type LedgerEventErrorCode,
} from './ledger-event-error.ts'
export {
  isLedgerEventType,
  type LedgerEvent,
  type LedgerEventPayload,
  type LedgerEventType,
  ledgerEventTypes,
} from './ledger-events.ts'
export { type PersonPart, type ReadEvent, readEvent } from './read-event.ts'
export {
  checkNewEvent,
  type NewLedgerEvent,
  type SplitEvent,
  splitEvent,
  type VersionedEvent,
} from './write-event.ts'
