import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LinkerFixture, until } from './support-linker.ts'

const secret = 'a-secret-of-the-health-record'
const codiceFiscale = 'RSSMRA80A01F205X'

interface Told {
  readonly id: number
  readonly kind: string
  readonly studyInstanceUid: string
  readonly version?: number
}

const told: Told[] = []
const texts: string[] = []
let failures = 0
let server: Server
let fixture: LinkerFixture

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += String(part)
    })
    request.on('end', () => {
      const timestamp = String(request.headers['vna-timestamp'])
      const expected = `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
      if (request.headers['vna-signature'] !== expected) return void response.writeHead(401).end()
      if (failures > 0) {
        failures--
        return void response.writeHead(500).end()
      }
      texts.push(body)
      told.push(JSON.parse(body) as Told)
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  fixture = await LinkerFixture.start({
    VNA_FSE_WEBHOOK_URL: `http://127.0.0.1:${port}/told`,
    VNA_FSE_WEBHOOK_SECRET: secret,
  })
}, 60_000)
afterAll(async () => {
  await fixture.stop()
  server.close()
})

async function receive(study: string, number: number): Promise<void> {
  const patient = { id: codiceFiscale, otherIds: [], name: 'ROSSI^MARIO', birthDate: '19800101', sex: 'M' }
  await fixture.receive([{ study, series: `${study}.1`, sop: `${study}.1.${number}`, patient }])
}

const kindsOf = (study: string) =>
  told.filter((one) => one.studyInstanceUid === study).map(({ kind, version }) => [kind, version])

describe('the webhook', () => {
  it('is told in order, again after a failure, and nothing of a patient', async () => {
    failures = 2
    await receive('1.2.1', 1)
    await until(
      'the first is registered',
      async () => (await fixture.catalog.healthRecord.publications.listManifests('1.2.1')).length === 1,
    )
    await receive('1.2.1', 2)
    await until('both told', () => kindsOf('1.2.1').length === 2)
    expect(kindsOf('1.2.1')).toEqual([
      ['manifest-registered', 1],
      ['manifest-replaced', 2],
    ])
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length)
    expect(texts.join('\n')).not.toMatch(new RegExp(`${codiceFiscale}|ROSSI`))
  })

  it('is told of a hidden study only that its manifest is gone', async () => {
    const { sql } = fixture.catalog.database
    const { publications } = fixture.catalog.healthRecord
    failures = 1_000
    await receive('1.2.2', 1)
    await until(
      'registered',
      async () => (await publications.list({ studyInstanceUid: '1.2.2' }))[0]?.state === 'REGISTERED',
    )
    await sql`update studies set visibility = 1 where study_instance_uid = '1.2.2'`
    await publications.wake({ studyInstanceUids: ['1.2.2'], verify: false })
    await until(
      'withdrawn',
      async () => (await publications.list({ studyInstanceUid: '1.2.2' }))[0]?.state === 'WITHDRAWN',
    )
    failures = 0
    await until('told', () => kindsOf('1.2.2').length > 0, 30_000)
    expect(kindsOf('1.2.2')).toEqual([['manifest-withdrawn', undefined]])
  })
})
