import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type LedgerEvent, type LedgerEventType, ledgerEvents, ledgerEventTypes } from './ledger-events.ts'
import { type PersonPart, readEvent } from './read-event.ts'
import { checkNewEvent, splitEvent } from './write-event.ts'

const folder = join(import.meta.dirname, '..', 'golden')
const place = { key: 'ledger/2026/01/31/1.ndjson', line: 2 }

interface GoldenLine {
  readonly seq: number
  readonly type: LedgerEventType
  readonly at: string
  readonly version?: number
  readonly payload: Readonly<Record<string, unknown>>
}

const goldenOf = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as GoldenLine
const released = ledgerEventTypes.flatMap((type) =>
  ledgerEvents[type].versions.map((_, index) => ({ type, version: index + 1, name: `${type}.${index + 1}.json` })),
)
/** What the golden files say of a person. */
const personal = /PERSON|RSSMRA80A01F205X|19800101|19990101/

it('has a golden file for every type and version, and none else', () => {
  expect(readdirSync(folder).sort()).toEqual(released.map(({ name }) => name).sort())
})

describe.each(released)('$name', ({ type, version, name }) => {
  const line = goldenOf(name)
  const isCurrent = version === ledgerEvents[type].versions.length

  it('is read, with every field it has', () => {
    const read = readEvent(line, { place })
    expect(read).toMatchObject({ kind: 'event', seq: line.seq, at: line.at, event: { type } })
    if (isCurrent) expect(read).toMatchObject({ event: { payload: line.payload } })
    if (isCurrent && read.kind === 'event') expect(read.event.payload).toEqual(line.payload)
  })

  it.runIf(isCurrent)('is what is written', () => {
    const event = { type, payload: line.payload } as unknown as LedgerEvent
    expect(checkNewEvent(event)).toEqual({ type, version, payload: line.payload })
  })

  it('says nothing of a person in the chain, and is the same put together', () => {
    const { payload, person } = splitEvent({ type, version, payload: line.payload })
    expect(JSON.stringify(payload)).not.toMatch(personal)
    expect(personal.test(JSON.stringify(line.payload))).toBe(person !== undefined)
    const part: PersonPart = person === undefined ? { kind: 'none' } : { kind: 'kept', values: person }
    expect(readEvent({ ...line, version, payload }, { place, person: part })).toEqual(readEvent(line, { place }))
  })

  it('is read or passed over by name when its values about a person are erased', () => {
    const { payload, person } = splitEvent({ type, version, payload: line.payload })
    if (person === undefined) return expect(type).not.toMatch(/^(identity|report|order)-/)
    const read = readEvent({ ...line, version, payload }, { place, person: { kind: 'erased' } })
    expect(JSON.stringify(read)).not.toMatch(personal)
    expect([type, read.kind]).toEqual([type, erasedKinds[type] ?? 'event'])
  })
})

/** Of the others the decision still counts. */
const erasedKinds: Partial<Record<LedgerEventType, 'erased'>> = {
  'identity-linked': 'erased',
  'identity-merged': 'erased',
  'identity-unmerged': 'erased',
  'merge-proposed': 'erased',
  'report-received': 'erased',
  'order-received': 'erased',
  'manifest-registered': 'erased',
}
