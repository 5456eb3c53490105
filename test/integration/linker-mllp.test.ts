import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeMllp, MllpDecoder } from '../../packages/hl7/src/index.ts'
import { checkCharacterOf, codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import type { SampleInstance } from './support-catalog.ts'
import { LinkerFixture, until } from './support-linker.ts'

const anna = 'BNCNNA75B41F205W'
const other = 'RSSMRA80A01F205X'
const withCheck = (first15: string) => first15 + checkCharacterOf(first15)
const issuer = '1.2.826.0.1.3680043.8.498.77'

let fixture: LinkerFixture

beforeAll(async () => {
  fixture = await LinkerFixture.start()
  await fixture.catalog.catalog.writeEntity({
    decide: () => ({ entity: entity('ASST-A'), eventType: 'entity-added' }),
  })
}, 60_000)
afterAll(() => fixture.stop())

function entity(code: string) {
  return {
    ...{ code, kind: 'EEP' as const, name: `Ente ${code}`, status: 'active' as const, aeTitles: [], calledAliases: [] },
    ...{ hosts: [], port: null, certificateSubjects: [], duplicatePolicy: 'version' as const, studyStableMs: null },
    privateSopClasses: [],
  }
}

async function open(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: Number(fixture.record.mllpPort) })
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}

/** The acknowledgements of messages sent over one connection. */
async function exchange(messages: readonly string[]): Promise<readonly string[]> {
  const socket = await open()
  for (const message of messages) socket.write(encodeMllp(Buffer.from(message)))
  const decoder = new MllpDecoder()
  const answers: string[] = []
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    answers.push(...decoder.push(bytes).map((answer) => Buffer.from(answer).toString('utf8')))
    if (answers.length >= messages.length) break
  }
  socket.destroy()
  return answers
}

const codesOf = (answers: readonly string[]) => answers.map((answer) => /\rMSA\|(..)/.exec(answer)?.[1])

let count = 0
function message(type: string, segments: readonly string[], facility = 'ASST-A'): string {
  const header = `MSH|^~\\&|ADT|${facility}|VNA|VNA|20261124101112||${type}|C${++count}|P|2.5|||AL|NE|ITA|UNICODE UTF-8`
  return [header, ...segments, ''].join('\r')
}

const pid = (ids: string) => `PID|1||${ids}||BIANCHI^ANNA||19750201|F`
const cf = (value: string) => `${value}^^^MEF&${codiceFiscaleIssuer}&ISO^NNITA`
const national = async (identifier: string, domain = 'entity:ASST-A') => {
  const [resolved] = await fixture.catalog.healthRecord.identity.resolveIdentifiers([{ issuer: domain, identifier }])
  return resolved?.national?.identifier
}

function study(uid: string, patientId: string, accession: string): SampleInstance {
  return {
    ...{ study: uid, series: `${uid}.1`, sop: `${uid}.1.1`, patient: { id: patientId, otherIds: [] } },
    studyHeader: { date: '20261120', time: '101500', accessionNumber: accession, issuerOfAccession: issuer },
  }
}

async function linksOf(uid: string): Promise<readonly string[]> {
  const { reports } = fixture.catalog.healthRecord
  const links = await reports.listLinks({ studyInstanceUid: uid }, { kind: 'all' })
  return links.map(({ state, tier }) => `${state} ${tier}`)
}

interface Proposal {
  readonly id: string
  readonly survivor: { readonly identifier: string }
  readonly merged: { readonly identifier: string }
}

async function proposals(): Promise<readonly Proposal[]> {
  const token = await fixture.token({ role: 'operator', subject: 'olga' })
  const response = await fixture.fetch('/fse/v1/merges', { token })
  return ((await response.json()) as { proposals: Proposal[] }).proposals
}

/** What a person says of the merge that would end this identifier; the second time there is none. */
async function decide(decision: 'confirm' | 'refuse', merged: string): Promise<void> {
  const token = await fixture.token({ role: 'operator', subject: 'olga' })
  const id = (await proposals()).find((one) => one.merged.identifier === merged)?.id
  const headers = { 'content-type': 'application/json' }
  const o = { method: 'POST', token, headers, body: JSON.stringify({ decision }) }
  expect((await fixture.fetch(`/fse/v1/merges/${id}`, o)).status).toBe(204)
  expect((await fixture.fetch(`/fse/v1/merges/${id}`, o)).status).toBe(404)
}

describe('messages about patients', () => {
  it.each(['A01', 'A04', 'A08', 'A28', 'A31'])('ADT^%s tells whom a local number stands for', async (event) => {
    const answers = await exchange([message(`ADT^${event}`, [`EVN|${event}`, pid(`L${event}~${cf(anna)}`), 'PV1||N'])])
    expect(codesOf(answers)).toEqual(['AA'])
    expect(answers[0]).toMatch(/^MSH\|\^~\\&\|VNA\|VNA\|ADT\|ASST-A\|/)
    expect(await national(`L${event}`)).toBe(anna)
  })

  it('ADT^A40 merges, ADT^A37 takes it back, and both may come twice', async () => {
    const merge = message('ADT^A40^ADT_A39', ['EVN|A40', pid(`NEW1~${cf(anna)}`), 'MRG|OLD1'])
    expect(codesOf(await exchange([merge, merge]))).toEqual(['AA', 'AA'])
    expect(await national('OLD1')).toBe(anna)
    const undo = message('ADT^A37', ['EVN|A37', pid('NEW1'), pid('OLD1')])
    expect(codesOf(await exchange([undo, undo]))).toEqual(['AA', 'AA'])
    expect(await national('OLD1')).toBeUndefined()
    expect(await national('NEW1')).toBe(anna)
  })

  // Until somebody confirms: a number that the whole country knows is not one sender's to move.
  it('a temporary number beside a codice fiscale becomes it once a person confirms', async () => {
    const stp = '2.16.840.1.113883.2.9.4.3.17'
    const both = `STP0301234567891^^^STP&${stp}&ISO^STP~${cf(anna)}`
    expect(codesOf(await exchange([message('ADT^A08', [pid(both)])]))).toEqual(['AA'])
    expect(await national('STP0301234567891', stp)).toBe('STP0301234567891')
    await decide('confirm', 'STP0301234567891')
    expect(await national('STP0301234567891', stp)).toBe(anna)
  })

  it('two codici fiscali become one only when a person says so, and never again when one refused', async () => {
    const [kept, gone, third] = ['RSSMRA80A01F205X', 'RSSMRA85T10A562S', 'MRTMTT91D08F205J']
    const merge = (merged: string) => message('ADT^A40', [pid(`TWO~${cf(kept)}`), `MRG|${cf(merged)}`])
    expect(codesOf(await exchange([merge(gone), merge(third), merge(gone)]))).toEqual(['AA', 'AA', 'AA'])
    expect(await national(gone, codiceFiscaleIssuer)).toBe(gone)
    await decide('refuse', gone)
    await decide('confirm', third)
    expect(await national(gone, codiceFiscaleIssuer)).toBe(gone)
    expect(await national(third, codiceFiscaleIssuer)).toBe(kept)
    await exchange([merge(gone)])
    expect((await proposals()).filter(({ merged }) => merged.identifier === gone)).toEqual([])
    const undo = message('ADT^A37', [pid(cf(kept)), pid(cf(third))])
    expect(codesOf(await exchange([undo]))).toEqual(['AA'])
    expect(await national(third, codiceFiscaleIssuer)).toBe(kept)
  })

  it('numbers of two persons become one only when a person says so', async () => {
    await exchange([message('ADT^A08', [pid(`PA~${cf(anna)}`)]), message('ADT^A08', [pid(`PB~${cf(other)}`)])])
    expect(codesOf(await exchange([message('ADT^A40', [pid('PA'), 'MRG|PB'])]))).toEqual(['AA'])
    expect(await national('PB')).toBe(other)
    expect((await proposals()).map(({ merged }) => merged.identifier)).toContain('PB')
  })

  it('ADT^A47 corrects a codice fiscale at once where name, birth date and sex stay the same', async () => {
    const corrected = withCheck('BNCNNA75B41H501')
    const correct = (to: string) => message('ADT^A47', [pid(`CORR~${cf(to)}`), `MRG|${cf(wrong)}`])
    const wrong = withCheck('BNCNNA75B41L219')
    await exchange([message('ADT^A08', [pid(`CORR~${cf(wrong)}`)])])
    expect(codesOf(await exchange([correct(corrected)]))).toEqual(['AA'])
    expect(await national(wrong, codiceFiscaleIssuer)).toBe(corrected)
    expect(await national('CORR')).toBe(corrected)
    expect(codesOf(await exchange([correct(other)]))).toEqual(['AA'])
    expect(await national(wrong, codiceFiscaleIssuer)).toBe(corrected)
    expect((await proposals()).map(({ survivor }) => survivor.identifier)).toContain(other)
  })

  it('a domain, by OID or by name, is that of whoever named it first, or whom an operator says', async () => {
    const { identity } = fixture.catalog.healthRecord
    const inDomain = (number: string, domain: string) => pid(`${number}^^^${domain}~${cf(anna)}`)
    const [oid, name] = ['HOSP&1.2.3.99&ISO', 'REGISTRO-A']
    expect(codesOf(await exchange([message('ADT^A08', [inDomain('D1', oid)])]))).toEqual(['AA'])
    expect(codesOf(await exchange([message('ADT^A08', [inDomain('D1', name)])]))).toEqual(['AA'])
    const foreign = [oid, name].map((domain) => message('ADT^A08', [inDomain('D2', domain)], 'ASST-B'))
    const merge = message('ADT^A40', [pid('X^^^NEW-ONE'), `MRG|D1^^^${name}`], 'ASST-B')
    expect(codesOf(await exchange([...foreign, merge]))).toEqual(['AE', 'AE', 'AE'])
    expect(await national('D1', '1.2.3.99')).toBe(anna)
    // Nothing of a refused message is kept, not even the domain that nobody had.
    expect(codesOf(await exchange([message('ADT^A08', [inDomain('D3', 'NEW-ONE')])]))).toEqual(['AA'])
    await identity.assignDomain({ domain: name, entityCode: 'ASST-B' })
    expect(codesOf(await exchange([message('ADT^A08', [inDomain('D4', name)])]))).toEqual(['AE'])
  })

  it.each([
    ['\\X00\\entity:ASST-A', 'in front'],
    ['entity:ASST\\X00\\-A', 'inside'],
    ['entity:ASST-A\\X07\\', 'behind'],
    ['entity\u200b:ASST-A', 'that nobody sees'],
  ])('the domain of another entity is its own also with characters %s', async (domain, place) => {
    const forged = message('ADT^A08', [pid(`FORGED^^^${domain}~${cf(other)}`)], 'ASST-B')
    expect(codesOf(await exchange([forged])), place).toEqual(['AE'])
    expect(await national('FORGED')).toBeUndefined()
  })

  it('of nobody known by name change nothing, and that is in the audit trail', async () => {
    const unnamed = ['NOBODY', ''].map((facility) => message('ADT^A08', [pid(`NONE~${cf(anna)}`)], facility))
    expect(codesOf(await exchange(unnamed))).toEqual(['AR', 'AR'])
    expect(await national('NONE')).toBeUndefined()
    const denied = async () =>
      (await fixture.catalog.catalog.listAudit(0, 10_000)).some(
        ({ outcome, object }) => outcome === 'denied' && object.type === 'ADT',
      )
    await expect.poll(denied).toBe(true)
  })

  it.each([
    ['an event nobody knows', message('ADT^A99', [pid('X1')]), 'AR'],
    ['a type nobody knows', message('SIU^S12', [pid('X1')]), 'AR'],
    ['no patient', message('ADT^A08', ['EVN|A08']), 'AE'],
    ['two codici fiscali', message('ADT^A08', [pid(`X2~${cf(anna)}~${cf('RSSMRA80A01F205X')}`)]), 'AE'],
    ['the number of another entity', message('ADT^A08', [pid(`X3^^^entity:ASST-B~${cf(anna)}`)]), 'AE'],
    ['a merge without the old number', message('ADT^A40', [pid('X4')]), 'AE'],
    ['no text of HL7', 'hello', 'AE'],
    ['broken UTF-8', `${message('ADT^A08', [])}PID|1||\u0000`, 'AE'],
  ])('with %s are answered and change nothing', async (_name, text, code) => {
    const before = await fixture.catalog.database.sql`select * from identities order by id`
    const answers = await exchange([text])
    expect(codesOf(answers)).toEqual([code])
    expect(answers[0]).not.toMatch(/BIANCHI|BNCNNA|RSSMRA/)
    expect(await fixture.catalog.database.sql`select * from identities order by id`).toEqual(before)
  })
})

describe('results and orders', () => {
  const result = (order: string, accession = '') =>
    message('ORU^R01', [
      pid(cf(anna)),
      `OBR|1|${order}^RIS|${order}F^RIS|87.41^TC^I9C|||20261120|||||||||||${accession}||||20261120180000|||F`,
      'OBX|1|TX|18782-3^Referto^LN||Nulla||||||F',
    ])

  it('ORU^R01 is a report of the entity, and finds its study', async () => {
    await fixture.receive([study('1.3.10', anna, 'ACC-M10')])
    expect(codesOf(await exchange([result('P10', `ACC-M10^^${issuer}`)]))).toEqual(['AA'])
    const [report] = await fixture.catalog.healthRecord.reports.listReports(
      { limit: 1 },
      { kind: 'entity', entityCode: 'ASST-A' },
    )
    expect(report).toMatchObject({ source: 'mllp', format: 'hl7v2', contentType: 'application/hl7-v2' })
    expect(await linksOf('1.3.10')).toHaveLength(1)
  })

  it('an order gives the study numbers that a report may name alone', async () => {
    await fixture.receive([study('1.3.20', anna, 'ACC-M20')])
    await until('evaluated', async () => {
      const keys = await fixture.catalog.database.sql`select from study_keys where value = 'ACC-M20'`
      return keys.length === 1
    })
    expect(codesOf(await exchange([result('P20')]))).toEqual(['AA'])
    expect(await linksOf('1.3.20')).not.toContain('LINKED T3')
    const order = message('ORM^O01', [
      pid(cf(anna)),
      'ORC|NW|P20^RIS|P20F^RIS',
      `OBR|1|P20^RIS|P20F^RIS|87.41^TC^I9C||||||||||||||ACC-M20^^${issuer}`,
    ])
    expect(codesOf(await exchange([order]))).toEqual(['AA'])
    await until('linked', async () => (await linksOf('1.3.20')).includes('LINKED T3'))
  })

  it('an order of an entity that does not hold the study gives it no numbers', async () => {
    await fixture.receive([study('1.3.25', anna, 'ACC-M25')])
    const keysOf = async () => {
      const rows = await fixture.catalog.database.sql<{ value: string }[]>`
        select value from study_keys where study_instance_uid = '1.3.25' order by value`
      return rows.map(({ value }) => value)
    }
    await until('evaluated', async () => (await keysOf()).length === 1)
    const order = (facility: string, placer: string) =>
      message(
        'ORM^O01',
        [
          ...[pid(cf(anna)), `ORC|NW|${placer}^RIS|${placer}F^RIS`],
          `OBR|1|${placer}^RIS|${placer}F^RIS|87.41^TC^I9C||||||||||||||ACC-M25^^${issuer}`,
          'ZDS|1.3.25^VNA^Application^DICOM',
        ],
        facility,
      )
    const foreign = order('ASST-B', 'FOREIGN').replace(`ACC-M25^^${issuer}`, `ACC-B^^${issuer}`)
    expect(codesOf(await exchange([order('ASST-B', 'OTHERS'), foreign]))).toEqual(['AA', 'AA'])
    expect(codesOf(await exchange([order('ASST-A', 'OURS')]))).toEqual(['AA'])
    await until('ours', async () => (await keysOf()).includes('OURS'))
    expect(await keysOf()).toEqual(['ACC-M25', 'OURS', 'OURSF'])
    const manifest = await fixture.catalog.healthRecord.publications.readManifestStudy('1.3.25')
    expect(JSON.stringify(manifest)).not.toMatch(/OTHERS|FOREIGN|ACC-B/)
    expect(JSON.stringify(manifest)).toContain('OURS')
  })

  it('of nobody known by name are not taken', async () => {
    const unknown = result('P30').replace('|ASST-A|', '|NOBODY|')
    expect(codesOf(await exchange([unknown]))).toEqual(['AR'])
  })
})

describe('the listener', () => {
  it('closes on what is no MLLP, and on a message that grows without end', async () => {
    for (const bytes of [Buffer.alloc(64 * 1024, 0x41), randomBytes(64 * 1024)]) {
      const socket = await open()
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.on('error', () => undefined)
      socket.resume()
      socket.end(bytes)
      await closed
    }
    const socket = await open()
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(Buffer.from([0x0b]))
    const block = Buffer.alloc(1024 * 1024, 0x41)
    const before = process.memoryUsage().rss
    let sent = 0
    while (!socket.destroyed && sent < 200) {
      await new Promise((resolve) => socket.write(block, resolve))
      sent++
    }
    await closed
    expect(sent).toBeLessThan(150)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024)
    expect(codesOf(await exchange([message('ADT^A08', [pid('AFTER')])]))).toEqual(['AA'])
  }, 30_000)

  it('answers several messages of one connection in order, however they are cut', async () => {
    const socket = await open()
    const messages = Array.from({ length: 5 }, (_, n) => message('ADT^A08', [pid(`CUT${n}`)]))
    const ids = messages.map((text) => text.split('|')[9])
    const stream = Buffer.concat(messages.map((text) => encodeMllp(Buffer.from(text))))
    for (let at = 0; at < stream.length; at += 7) socket.write(stream.subarray(at, at + 7))
    const decoder = new MllpDecoder()
    const answered: (string | undefined)[] = []
    for await (const bytes of socket as AsyncIterable<Buffer>) {
      for (const answer of decoder.push(bytes))
        answered.push(/\rMSA\|AA\|([^|\r]*)/.exec(Buffer.from(answer).toString())?.[1])
      if (answered.length === messages.length) break
    }
    expect(answered).toEqual(ids)
  })

  it('writes down who connected, and what came of it', async () => {
    const { catalog, transmissions } = fixture.catalog
    const listed = async () => (await transmissions.list({ limit: 100 })).filter(({ protocol }) => protocol === 'mllp')
    await until('written', async () => (await listed()).some(({ failures }) => failures > 0))
    await until('written', async () => (await listed()).some(({ reason }) => reason === 'framing'))
    const rows = await listed()
    expect(rows.some(({ instances, outcome }) => instances > 0 && outcome === 'complete')).toBe(true)
    expect(rows.some(({ reason }) => reason === 'framing')).toBe(true)
    expect(JSON.stringify(rows)).not.toMatch(/BIANCHI|BNCNNA/)
    expect(await catalog.verifyAudit()).toMatchObject({ kind: 'intact' })
  })
})

describe('import of identities', () => {
  const table = (rows: readonly string[]) => ['issuer,identifier,national,name,birthDate,sex', ...rows].join('\n')
  const send = async (body: string, query = '', contentType = 'text/csv') => {
    const token = await fixture.token({ role: 'operator' })
    const headers = { 'content-type': contentType }
    return fixture.fetch(`/fse/v1/identities${query}`, { method: 'POST', token, headers, body })
  }

  it('says what it would do, does it, and then has nothing to do', async () => {
    const body = table([
      `entity:ASST-A,CSV1,${anna},Bianchi^Anna,1975-02-01,F`,
      `entity:ASST-A,CSV2,${anna.toLowerCase()},,,`,
    ])
    const dry = await send(body, '?dry-run=1')
    expect(await dry.json()).toMatchObject({ dryRun: true, rows: 2, invalid: 0, changed: 2 })
    expect(await national('CSV1')).toBeUndefined()
    expect(await (await send(body)).json()).toMatchObject({ dryRun: false, rows: 2, changed: 2 })
    expect([await national('CSV1'), await national('CSV2')]).toEqual([anna, anna])
    expect(await (await send(body)).json()).toMatchObject({ changed: 0 })
  })

  it('names every wrong line and writes nothing', async () => {
    const body = table([
      `entity:ASST-A,CSV3,${anna},,,`,
      'entity:ASST-A,CSV4,NOTACODE,,,',
      `,CSV5,${anna},,,`,
      `entity:ASST-A,CSV6,${anna},,xx,`,
    ])
    const answer = await send(body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      invalid: 3,
      errors: [
        { line: 3, problem: 'national-invalid' },
        { line: 4, problem: 'issuer-missing' },
        { line: 5, problem: 'birth-date-invalid' },
      ],
    })
    expect(await national('CSV3')).toBeUndefined()
  })

  it('is for staff, and for tables', async () => {
    expect((await send('x', '', 'text/plain')).status).toBe(415)
    const token = await fixture.token({ role: 'entity', entityCode: 'ASST-A' })
    expect((await fixture.fetch('/fse/v1/identities', { method: 'POST', token })).status).toBe(403)
  })

  it('merges and takes merges back by hand', async () => {
    const token = await fixture.token({ role: 'operator' })
    const [survivor, merged] = ['H1', 'H2'].map((identifier) => ({ issuer: 'entity:ASST-A', identifier }))
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ survivor, merged })
    expect(await (await fixture.fetch('/fse/v1/merges', { method: 'POST', token, headers, body })).json()).toEqual({
      changed: true,
    })
    const back = JSON.stringify({ survivor: merged, merged: survivor })
    expect((await fixture.fetch('/fse/v1/merges', { method: 'POST', token, headers, body: back })).status).toBe(400)
    const query = 'issuer=entity:ASST-A&identifier=H2'
    const looked = await (await fixture.fetch(`/fse/v1/identities?${query}`, { token })).json()
    expect(looked).toMatchObject({ survivor })
    expect(await (await fixture.fetch(`/fse/v1/merges?${query}`, { method: 'DELETE', token })).json()).toEqual({
      changed: true,
    })
  })
})
