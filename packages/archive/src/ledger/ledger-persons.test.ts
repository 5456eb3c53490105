import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileObjectStore } from '../store/file-object-store.ts'
import { LedgerWriter } from './ledger-writer.ts'
import { type LedgerReading, readLedger, verifyLedger } from './read-ledger.ts'

const noon = Date.parse('2026-01-31T12:00:00Z')

let folder: string
let store: FileObjectStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ledger-'))
  store = new FileObjectStore(folder)
  await store.prepare()
})

afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

async function readings(): Promise<readonly LedgerReading[]> {
  const found: LedgerReading[] = []
  for await (const reading of readLedger(store)) found.push(reading)
  return found
}

async function filesBelow(name: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, name), { recursive: true }).catch(() => [])
  return names
    .filter((one) => one.endsWith('.ndjson'))
    .sort()
    .map((one) => join(folder, name, one))
}

const appended = [
  { event: { id: 1 } },
  { event: { id: 2 }, person: { name: 'ROSSI^MARIA' } },
  { event: { id: 3 }, person: { reason: 'due\nrighe' } },
  { event: { id: 4 }, person: { name: 'ROSSI^MARIA' } },
]

const append = () => new LedgerWriter(store, { now: () => noon }).append(appended)

describe('values about a person', () => {
  it('stand beside the chain, and are given back with their events', async () => {
    await append()
    const [chained] = await filesBelow('ledger')
    const text = await readFile(chained!, 'utf8')
    expect(text).not.toMatch(/ROSSI|righe/)
    const digests = text.match(/"person":"[0-9a-f]{64}"/g)
    // Two events about one person have nothing in common: each has its salt.
    expect(new Set(digests).size).toBe(3)
    expect((await readings()).map(({ event, person, line }) => [event.id, line, person])).toEqual([
      [1, 2, { kind: 'none' }],
      [2, 3, { kind: 'kept', values: { name: 'ROSSI^MARIA' } }],
      [3, 4, { kind: 'kept', values: { reason: 'due\nrighe' } }],
      [4, 5, { kind: 'kept', values: { name: 'ROSSI^MARIA' } }],
    ])
    expect(await verifyLedger(store)).toMatchObject({
      ok: true,
      events: 4,
      withPerson: 3,
      erased: 0,
      unnamedPersons: 0,
    })
  })

  it('are durable before the line that names them', async () => {
    const order: string[] = []
    const put = store.put.bind(store)
    store.put = async (key, ...rest) => {
      const result = await put(key, ...rest)
      order.push(key.split('/')[0] ?? '')
      return result
    }
    await append()
    expect(order).toEqual(['ledger-persons', 'ledger', 'ledger'])
  })

  it('can be erased, one or all of an object, and the chain stays whole', async () => {
    await append()
    const [persons] = await filesBelow('ledger-persons')
    const lines = (await readFile(persons!, 'utf8')).split('\n')
    await writeFile(persons!, lines.filter((line) => !line.includes('"line":4,')).join('\n'))
    expect((await readings()).map(({ person }) => person.kind)).toEqual(['none', 'kept', 'erased', 'kept'])
    expect(await verifyLedger(store)).toMatchObject({ ok: true, withPerson: 2, erased: 1 })
    await unlink(persons!)
    expect((await readings()).map(({ person }) => person.kind)).toEqual(['none', 'erased', 'erased', 'erased'])
    expect(await verifyLedger(store)).toMatchObject({ ok: true, withPerson: 0, erased: 3 })
    await append()
    expect(await verifyLedger(store)).toMatchObject({ ok: true, objects: 2, withPerson: 3, erased: 3 })
  })

  it.each([
    ['another value', (text: string) => text.replace('MARIA', 'MARTA')],
    ['another salt', (text: string) => text.replace(/"salt":"./, '"salt":"x')],
    ['another line', (text: string) => text.replace('"line":3', '"line":5')],
    ['a line of an event without values', (text: string) => text.replace('"line":3', '"line":2')],
    ['a line twice', (text: string) => `${text}${text.split('\n')[0]}\n`],
    ['a strange line', (text: string) => `${text}{}\n`],
    ['no JSON', (text: string) => `${text}null\n`],
    ['a torn line', (text: string) => text.slice(0, -9)],
  ])('that are not those that were chained are a broken ledger: %s', async (_, change) => {
    await append()
    const [persons] = await filesBelow('ledger-persons')
    await writeFile(persons!, change(await readFile(persons!, 'utf8')))
    const broken = { ok: false, reason: 'person-digest', brokenAt: expect.stringContaining('ledger-persons/') }
    expect(await verifyLedger(store)).toMatchObject(broken)
    const failure = await readings().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'broken-ledger' })
    expect(String(failure)).not.toMatch(/MARIA|MARTA/)
  })

  it('are an error while they cannot be read, and not erased', async () => {
    await append()
    const read = store.read.bind(store)
    store.read = async (key, ...rest) => {
      if (key.startsWith('ledger-persons/')) throw new Error('away')
      return read(key, ...rest)
    }
    await expect(readings()).rejects.toThrow('away')
    await expect(verifyLedger(store)).rejects.toThrow('away')
  })

  it('that an append left half way are counted', async () => {
    const writer = new LedgerWriter(store, { now: () => noon })
    const put = store.put.bind(store)
    store.put = async (key, ...rest) => {
      if (key.startsWith('ledger/')) throw new Error('away')
      return put(key, ...rest)
    }
    await expect(writer.append(appended)).rejects.toThrow('away')
    store.put = put
    await writer.append(appended)
    expect(await filesBelow('ledger-persons')).toHaveLength(2)
    expect(await verifyLedger(store)).toMatchObject({ ok: true, objects: 1, withPerson: 3, unnamedPersons: 1 })
  })
})

describe('a ledger of format 1', () => {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
  const event = { seq: 1, type: 'visibility-changed', at: '2026-01-30T10:00:00.000Z', payload: { by: 'x', person: 1 } }
  /** As the first release wrote it, byte for byte. */
  const object = [
    `{"format":1,"number":1,"previous":"${'0'.repeat(64)}","written":"2026-01-30T10:00:01.000Z","events":1}\n`,
    `${JSON.stringify(event)}\n`,
  ].join('')

  it('is read as it is, and goes on in format 2', async () => {
    const file = join(folder, `ledger/2026/01/30/000000000001-${hashOf(object)}.ndjson`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, object)
    await append()
    const all = await readings()
    expect(all.map(({ line, person }) => [line, person.kind]).slice(0, 2)).toEqual([
      [2, 'none'],
      [2, 'none'],
    ])
    expect(all[0]?.event).toEqual(event)
    expect(await verifyLedger(store)).toMatchObject({ ok: true, objects: 2, events: 5, withPerson: 3 })
  })

  it('of a later format is refused', async () => {
    const later = object.replace('"format":1', '"format":3')
    const file = join(folder, `ledger/2026/01/30/000000000001-${hashOf(later)}.ndjson`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, later)
    expect(await verifyLedger(store)).toMatchObject({ ok: false, reason: 'head' })
  })
})
