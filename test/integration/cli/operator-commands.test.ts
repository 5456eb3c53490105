import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCatalog } from '../../../packages/catalog/src/index.ts'
import { openDatabase } from '../../../packages/database/src/index.ts'
import { type Stack, startStack, waitUntil } from '../../harness/stack.ts'

const limitMs = 120_000
const studies = ['ct:6', 'sr:1', 'ecg:1']
const instances = 8

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
}, limitMs)
afterAll(() => stack.dispose(), limitMs)

/** Runs a command with `--json`: its exit status and its answer. */
async function vna(...args: readonly string[]) {
  const { exitCode, stdout } = await stack.vna(...args, '--json')
  return { exitCode, json: JSON.parse(stdout) }
}

function findPack(): string {
  const folder = join(stack.home, 'objects')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tar'))
  return join(folder, names.sort()[0] ?? '')
}

/** Turns one byte over, in place. */
function damage(path: string, position: number): void {
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, position)
  byte[0] = (byte[0] ?? 0) ^ 0xff
  writeSync(file, byte, 0, 1, position)
  closeSync(file)
}

describe('the commands of an operator', { timeout: limitMs }, () => {
  it('make an entity known, which may then send', async () => {
    const identity = ['--code', 'ASST-TEST', '--kind', 'EEP', '--name', 'Ente di prova', '--host', '127.0.0.1']
    const added = await vna('entity', 'add', ...identity, '--ae', 'VNA_SEND')
    expect(added).toMatchObject({ exitCode: 0, json: { code: 'ASST-TEST', aeTitles: ['VNA_SEND'], status: 'active' } })
    expect((await vna('entity', 'list')).json).toHaveLength(1)
    const again = await vna('entity', 'add', ...identity, '--ae', 'VNA_SEND')
    expect(again).toMatchObject({ exitCode: 1, json: { error: { code: 'entity-exists' } } })
    const wrong = await vna('entity', 'add', '--code', 'lower case', '--kind', 'EEP', '--name', 'x')
    expect(wrong).toMatchObject({ exitCode: 2, json: { error: { code: 'usage' } } })
    const sent = await vna('send', '--to', `127.0.0.1:${stack.dimsePort}`, '--phantom', ...studies)
    expect(sent).toMatchObject({ exitCode: 0, json: { acknowledged: instances } })
  })

  it('revoke a token, which no service answers any more', async () => {
    const { json } = await vna('token', '--role', 'entity', '--entity', 'ASST-TEST')
    const statusOf = async (path: string) => {
      const headers = { authorization: `Bearer ${json.token}` }
      return (await fetch(`${stack.httpUrl}${path}`, { headers })).status
    }
    expect(await statusOf('/dicomweb/studies')).toBe(200)
    expect(await statusOf('/reports')).toBe(200)
    expect(await vna('token', 'revoke', '--reason', 'lost')).toMatchObject({ exitCode: 2 })
    const revoked = await vna('token', 'revoke', '--id', json.id, '--reason', 'lost')
    expect(revoked).toMatchObject({ exitCode: 0, json: { tokenId: json.id, reason: 'lost' } })
    for (const path of ['/dicomweb/studies', '/reports']) {
      await expect.poll(() => statusOf(path), { timeout: 5_000 }).toBe(401)
    }
  })

  it('prove that everything kept is what was received', async () => {
    const isArchived = async () => (await vna('verify')).json.instances === instances
    expect(await waitUntil(isArchived, limitMs / 2)).toBe(true)
    const { exitCode, json } = await vna('verify')
    expect(exitCode).toBe(0)
    expect(json).toMatchObject({
      ok: true,
      damaged: [],
      unregistered: [],
      ledger: { ok: true },
      audit: { kind: 'intact' },
    })
    const journals = await vna('journal', 'list')
    expect(journals.json).toMatchObject([{ sealedSegments: 0, adoptedBy: null }])
    expect((await vna('quarantine', 'list')).json).toEqual([])
  })

  it('give an instance back with its bytes proven, and put the read in the audit trail', async () => {
    const { stdout: token } = await stack.vna('token', '--role', 'fse', '--purpose', 'TREATMENT')
    const url = `${stack.httpUrl}/dicomweb/instances?limit=1`
    const response = await fetch(url, { headers: { authorization: `Bearer ${token.trim()}` } })
    const [instance] = (await response.json()) as Record<string, { Value: string[] }>[]
    const uid = instance?.['00080018']?.Value[0] ?? ''
    const before = (await vna('verify')).json.audit.entries
    const path = join(stack.home, 'read-back.dcm')
    const got = await vna('instance', 'get', uid, '--output', path)
    expect(got).toMatchObject({ exitCode: 0, json: { sopInstanceUid: uid, path } })
    const file = readFileSync(path)
    expect(file.subarray(128, 132).toString()).toBe('DICM')
    expect(file).toHaveLength(got.json.lengthBytes)
    expect((await vna('verify')).json.audit.entries).toBeGreaterThan(before)
    const absent = await vna('instance', 'get', '1.2.3')
    expect(absent).toMatchObject({ exitCode: 1, json: { error: { code: 'not-found' } } })
  })

  it('find whoever changed the audit trail, or cut its end', async () => {
    const record = JSON.parse(readFileSync(join(stack.home, 'run', 'supervisor.json'), 'utf8'))
    const database = openDatabase({ url: record.databaseUrl, applicationName: 'tampering-test' })
    const catalog = openCatalog(database)
    /** As somebody does who owns the database: its triggers are no hindrance to him. */
    const tamper = (statement: string) =>
      database.sql.unsafe(`set session_replication_role = replica; ${statement}; set session_replication_role = origin`)
    try {
      const whole = await vna('verify', 'audit')
      expect(whole).toMatchObject({ exitCode: 0, json: { ok: true, audit: { kind: 'intact' } } })
      const last: number = whole.json.audit.entries
      expect(last).toBeGreaterThan(0)
      await catalog.anchorAudit()
      await tamper(`update audit set actor = actor || '?' where seq = ${last}`)
      const changed = await vna('verify', 'audit')
      const problem = { kind: 'broken', seq: last, problem: 'changed' }
      expect(changed).toMatchObject({ exitCode: 1, json: { ok: false, audit: problem } })
      await tamper(`update audit set actor = rtrim(actor, '?') where seq = ${last}`)
      expect((await vna('verify', 'audit')).exitCode).toBe(0)
      await tamper(`create table cut as select * from audit where seq = ${last}; delete from audit where seq = ${last}`)
      const cut = await vna('verify', 'audit')
      expect(cut).toMatchObject({ exitCode: 1, json: { audit: { kind: 'broken', seq: last, problem: 'missing' } } })
      expect((await vna('verify', '--no-chains')).exitCode).toBe(0)
      expect((await vna('verify')).exitCode).toBe(1)
      await tamper('insert into audit select * from cut; drop table cut')
      expect((await vna('verify', 'audit')).exitCode).toBe(0)
    } finally {
      await database.close()
    }
  })

  it('find whoever wrote the audit trail anew, anchors and all, by the ledger', async () => {
    const record = JSON.parse(readFileSync(join(stack.home, 'run', 'supervisor.json'), 'utf8'))
    const database = openDatabase({ url: record.databaseUrl, applicationName: 'tampering-test' })
    const catalog = openCatalog(database)
    const tamper = (statement: string) =>
      database.sql.unsafe(`set session_replication_role = replica; ${statement}; set session_replication_role = origin`)
    try {
      await catalog.anchorAudit()
      expect(await waitUntil(async () => (await database.pendingLedgerEvents()).length === 0, limitMs / 4)).toBe(true)
      const entries = await catalog.listAudit(0, 1_000)
      await tamper(`delete from audit where seq > 1; delete from events where type = 'audit-anchor'`)
      await catalog.appendAudit(
        entries.slice(1).map(({ seq, hash, ...entry }) => ({ ...entry, actor: 'somebody else' })),
      )
      const alone = await vna('verify', 'audit', '--no-ledger')
      expect(alone).toMatchObject({ exitCode: 0, json: { audit: { kind: 'intact', entries: entries.length } } })
      const found = await vna('verify', 'audit')
      expect(found).toMatchObject({ exitCode: 1, json: { audit: { problem: 'changed' }, ledger: { restarts: 0 } } })
      await tamper('delete from audit')
      await catalog.appendAudit(entries.map(({ seq, hash, ...entry }) => ({ ...entry, actor: 'somebody else' })))
      expect(await waitUntil(async () => (await database.pendingLedgerEvents()).length === 0, limitMs / 4)).toBe(true)
      expect((await vna('verify', 'audit')).json.ledger).toMatchObject({ restarts: 1 })
    } finally {
      await database.close()
    }
  })

  it('make a lost sidecar anew', async () => {
    const sidecar = findPack().replace(/\.tar$/, '.sidecar.zst')
    const digest = createHash('sha256').update(readFileSync(sidecar)).digest('hex')
    rmSync(sidecar)
    const found = await vna('verify', '--no-chains')
    expect(found).toMatchObject({ exitCode: 1, json: { damaged: [{ problem: expect.stringContaining('sidecar') }] } })
    expect((await vna('reindex', '--sidecars')).exitCode).toBe(0)
    expect(createHash('sha256').update(readFileSync(sidecar)).digest('hex')).toBe(digest)
    expect((await vna('verify', '--no-chains')).exitCode).toBe(0)
  })

  it('find a single byte that differs, and a pack that is gone', async () => {
    const pack = findPack()
    damage(pack, 8192)
    const packKey = expect.stringMatching(/^packs\/.*\.tar$/)
    const changed = await vna('verify', '--no-chains')
    expect(changed).toMatchObject({ exitCode: 1, json: { ok: false, damaged: [{ packKey, headerOffset: 0 }] } })
    damage(pack, 8192)
    expect((await vna('verify', '--no-chains')).exitCode).toBe(0)
    rmSync(pack)
    const gone = await vna('verify', '--no-chains')
    expect(gone).toMatchObject({ exitCode: 1, json: { damaged: [{ packKey, problem: 'missing-object' }] } })
  })

  it('say so when no archive runs', async () => {
    await stack.stop()
    const stopped = await vna('entity', 'list')
    expect(stopped).toMatchObject({ exitCode: 1, json: { error: { code: 'not-running' } } })
    expect((await vna('status')).json).toMatchObject({ ready: false, services: [] })
  })
})
