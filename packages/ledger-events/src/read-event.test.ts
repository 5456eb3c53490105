import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { first, next } from './event-definition.ts'
import { LedgerEventError } from './ledger-event-error.ts'
import type { LedgerEvent } from './ledger-events.ts'
import { readEvent, readPayload } from './read-event.ts'
import { checkNewEvent, splitEvent } from './write-event.ts'

const place = { key: 'ledger/2026/01/31/000000000007-ab.ndjson', line: 3 }
const hidden = {
  ...{ seq: 12, type: 'visibility-changed', at: '2026-01-31T12:00:00.000Z' },
  payload: { kind: 'study', id: '1.2.3', visibility: 'hidden', by: 'SECRET-ROSSI', at: '2026-01-31T12:00:00.000Z' },
}

function failureOf(work: () => unknown): LedgerEventError {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerEventError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('an event that cannot be read', () => {
  const { payload } = hidden
  it.each([
    ['an unknown type', { ...hidden, type: 'study-burned' }, { code: 'unknown-event-type', type: 'study-burned' }],
    ['a type of an object', { ...hidden, type: 'constructor' }, { code: 'unknown-event-type', type: 'constructor' }],
    ['a later version', { ...hidden, version: 2 }, { code: 'later-event-version', version: 2 }],
    ['no version at all', { ...hidden, version: 0 }, { code: 'malformed-event', path: 'version' }],
    ['another word', { ...hidden, payload: { ...payload, visibility: 'SECRET' } }, { path: 'visibility' }],
    ['no moment', { ...hidden, payload: { ...payload, at: 'SECRET' } }, { code: 'malformed-event', path: 'at' }],
    ['a field less', { ...hidden, payload: { kind: 'study' } }, { code: 'malformed-event', path: 'id' }],
    ['no payload', { ...hidden, payload: 'SECRET' }, { code: 'malformed-event', path: 'payload' }],
    ['no number', { ...hidden, seq: 'SECRET' }, { code: 'malformed-event', path: 'seq', type: 'visibility-changed' }],
  ])('is named by its place: %s', (_, line, expected) => {
    const { code = 'malformed-event', ...details } = expected as Record<string, unknown>
    const error = failureOf(() => readEvent(line, { place }))
    expect(error).toMatchObject({ code, retryable: false, details: { ...place, ...details } })
    expect(error.message).toContain(place.key)
    expect(JSON.stringify([error.message, error.details])).not.toContain('SECRET')
  })

  it('is an error of this package, whatever stands in the line', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (line) => {
        failureOf(() => readEvent(line, { place }))
        failureOf(() => readEvent({ ...hidden, payload: line }, { place }))
      }),
    )
  })
})

describe('a type with more versions than one', () => {
  const before = first(z.object({ study: z.string(), hidden: z.boolean() }))
  const middle = next(before, z.object({ study: z.string(), state: z.enum(['normal', 'hidden']) }), {
    upcast: ({ study, hidden: isHidden }) => ({ study, state: isHidden ? ('hidden' as const) : ('normal' as const) }),
  })
  const definition = next(middle, z.object({ uid: z.string(), state: z.enum(['normal', 'hidden', 'restricted']) }), {
    upcast: ({ study, state }) => ({ uid: study, state }),
  })
  const read = (version: number, payload: Readonly<Record<string, unknown>>) =>
    readPayload(definition, { version, payload }, place)

  it('reads each of them as the last', () => {
    const last = { uid: '1.2', state: 'hidden' }
    expect(read(1, { study: '1.2', hidden: true })).toEqual(last)
    expect(read(2, { study: '1.2', state: 'hidden' })).toEqual(last)
    expect(read(3, last)).toEqual(last)
  })

  it('checks each by its own schema', () => {
    expect(failureOf(() => read(1, { study: '1.2', state: 'hidden' }))).toMatchObject({ details: { path: 'hidden' } })
    expect(failureOf(() => read(2, { study: '1.2', state: 'restricted' })).code).toBe('malformed-event')
    expect(failureOf(() => read(4, {})).code).toBe('later-event-version')
  })
})

describe('an event to be written', () => {
  it('is refused when it could not be replayed', () => {
    const event = { ...hidden, payload: { ...hidden.payload, at: 'gestern' } } as unknown as LedgerEvent
    expect(failureOf(() => checkNewEvent(event))).toMatchObject({
      code: 'malformed-event',
      details: { type: 'visibility-changed', path: 'at' },
    })
  })

  it('is kept without what no schema names', () => {
    const event = { ...hidden, payload: { ...hidden.payload, more: 'x' } } as unknown as LedgerEvent
    expect(checkNewEvent(event).payload).toEqual(hidden.payload)
  })

  it('is not taken apart where its type or version is not known', () => {
    expect(failureOf(() => splitEvent({ type: 'other', version: 1, payload: {} })).code).toBe('unknown-event-type')
    expect(failureOf(() => splitEvent({ ...hidden, version: 2 })).code).toBe('later-event-version')
  })
})
