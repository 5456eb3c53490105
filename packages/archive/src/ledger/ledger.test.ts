import { mkdtemp, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileObjectStore } from '../store/file-object-store.ts'
import { LedgerWriter } from './ledger-writer.ts'
import { readLedger, verifyLedger } from './read-ledger.ts'

const noon = Date.parse('2026-01-31T12:00:00Z')
const dayMs = 86_400_000

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

async function eventsOf(): Promise<unknown[]> {
  const events: unknown[] = []
  for await (const { event } of readLedger(store)) events.push(event.id)
  return events
}

async function ledgerFiles(): Promise<string[]> {
  const names = await readdir(join(folder, 'ledger'), { recursive: true })
  return names
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .map((name) => join(folder, 'ledger', name))
}

/** Three objects on three days, by three writers, one after the other. */
async function writeThree(): Promise<void> {
  for (let day = 0; day < 3; day++) {
    const writer = new LedgerWriter(store, { now: () => noon + day * dayMs })
    await writer.append([{ event: { id: `${day}a` } }, { event: { id: `${day}b`, note: 'riga\nnuova' } }])
  }
}

describe('ledger', () => {
  it('gives events back in order, across days and writers', async () => {
    await writeThree()
    expect(await eventsOf()).toEqual(['0a', '0b', '1a', '1b', '2a', '2b'])
    expect(await verifyLedger(store)).toMatchObject({ ok: true, objects: 3, events: 6, head: { number: 3 } })
    expect((await ledgerFiles())[0]).toMatch(/ledger\/2026\/01\/31\/000000000001-[0-9a-f]{64}\.ndjson$/)
  })

  it('keeps the order of concurrent appends, and of a clock that goes back', async () => {
    let nowMs = noon
    const writer = new LedgerWriter(store, { now: () => nowMs })
    await Promise.all([1, 2, 3].map((id) => writer.append([{ event: { id } }])))
    nowMs -= 40 * dayMs
    await writer.append([{ event: { id: 4 } }])
    await new LedgerWriter(store, { now: () => nowMs }).append([{ event: { id: 5 } }])
    expect(await eventsOf()).toEqual([1, 2, 3, 4, 5])
    expect(await writer.append([])).toBeUndefined()
  })

  it('finds its end without the hint, and after a silence of years', async () => {
    await writeThree()
    await unlink(join(folder, 'ledger/day.json'))
    await new LedgerWriter(store, { now: () => noon + 3 * dayMs }).append([{ event: { id: 'x' } }])
    await new LedgerWriter(store, { now: () => noon + 1000 * dayMs }).append([{ event: { id: 'y' } }])
    expect((await eventsOf()).slice(-2)).toEqual(['x', 'y'])
  })

  it('goes on after an append whose outcome is unknown', async () => {
    const writer = new LedgerWriter(store, { now: () => noon })
    await writer.append([{ event: { id: 1 } }])
    const put = store.put.bind(store)
    store.put = async (...args) => {
      await put(...args)
      throw new Error('the answer was lost')
    }
    await expect(writer.append([{ event: { id: 2 } }])).rejects.toThrow('lost')
    store.put = put
    await writer.append([{ event: { id: 2 } }])
    expect(await eventsOf()).toEqual([1, 2, 2])
  })

  it('names the first broken link', async () => {
    await writeThree()
    const [first, second, third] = await ledgerFiles()
    const original = await readFile(second!)

    await writeFile(second!, Buffer.concat([original, Buffer.from('{"id":"forged"}\n')]))
    expect(await verifyLedger(store)).toMatchObject({ ok: false, objects: 1, reason: 'hash' })
    await rename(second!, join(folder, 'aside'))
    const gap = await verifyLedger(store)
    expect(gap).toMatchObject({ ok: false, objects: 1, reason: 'gap' })
    expect(gap.ok || third!.endsWith(gap.brokenAt)).toBe(true)
    await writeFile(second!, original)
    expect(await verifyLedger(store)).toMatchObject({ ok: true })
    await unlink(first!)
    expect(await verifyLedger(store)).toMatchObject({ ok: false, objects: 0, reason: 'gap' })
  })

  it('notices a fork, a replaced start, and a missing end', async () => {
    await writeThree()
    const verified = await verifyLedger(store)
    const head = verified.ok ? verified.head! : undefined
    const [first, , third] = await ledgerFiles()
    const kept = await readFile(third!)
    await unlink(third!)
    expect(await verifyLedger(store, { expected: head! })).toMatchObject({ ok: false, reason: 'missing' })
    await writeFile(third!, kept)
    expect(await verifyLedger(store, { expected: head! })).toMatchObject({ ok: true })

    const other = new FileObjectStore(join(folder, 'other'))
    await other.prepare()
    await new LedgerWriter(other, { now: () => noon }).append([{ event: { id: 'forged' } }])
    for await (const { key } of other.list('ledger/2026')) {
      await store.put(key, { bytes: await other.read(key) }, { sizeBytes: (await other.head(key))!.sizeBytes })
    }
    expect(await verifyLedger(store)).toMatchObject({ ok: false, reason: 'fork' })
    await unlink(first!)
    expect(await verifyLedger(store)).toMatchObject({ ok: false, objects: 1, reason: 'previous' })
    await other.close()
  })
})
