import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive, type TokenOptions } from './support/archive.ts'
import { DicomWeb } from './support/dicomweb.ts'
import { makeFixture } from './support/fixtures.ts'
import { waitFor } from './support/wait.ts'

const startTimeoutMs = 90_000
const testTimeoutMs = 30_000
/** Clocks of issuer and archive may differ by this much. */
const clockToleranceMs = 5_000
const own = makeFixture({ study: 'access own', number: 1, patientId: 'RSSNNA80A41F205O', patientName: 'Rossi^Anna' })
const foreign = makeFixture({
  study: 'access foreign',
  number: 1,
  patientId: 'BNCLCU75C10F205C',
  patientName: 'Bianchi^Luca',
})

let archive: Archive
let expired: string
let expiredAt: number

beforeAll(async () => {
  archive = await Archive.start()
  expired = await archive.token('fse', { purpose: 'TREATMENT', ttl: '1s' })
  expiredAt = Date.now() + clockToleranceMs + 2_000
  for (const [code, title, fixture] of [
    ['ASST-UNO', 'UNO', own],
    ['ASST-DUE', 'DUE', foreign],
  ] as const) {
    await archive.addEntity({ code, aeTitles: [title] })
    const web = await archive.dicomWeb('entity', { entity: code })
    expect((await web.store([fixture.file])).httpStatus).toBe(200)
  }
  const fse = await archive.dicomWeb('fse', { purpose: 'TREATMENT' })
  await waitFor(async () => ((await fse.search('/studies')).length === 2 ? true : undefined))
}, startTimeoutMs)

afterAll(() => archive.dispose())

async function statuses(role: string, options: TokenOptions): Promise<Record<string, number>> {
  const web = await archive.dicomWeb(role, options)
  const status = async (path: string) => {
    const response = await web.fetch(path)
    await response.arrayBuffer()
    return response.status
  }
  return {
    search: await status('/studies'),
    own: await status(`/studies/${own.studyInstanceUid}`),
    foreign: await status(`/studies/${foreign.studyInstanceUid}`),
    ownMetadata: await status(`/studies/${own.studyInstanceUid}/metadata`),
    foreignMetadata: await status(`/studies/${foreign.studyInstanceUid}/metadata`),
  }
}

const seen = async (role: string, options: TokenOptions): Promise<readonly unknown[]> => {
  const web = await archive.dicomWeb(role, options)
  return (await web.search('/studies')).map((study) => study['0020000D']?.Value?.[0])
}

describe('without a valid token', () => {
  it.each(['/dicomweb/studies', `/dicomweb/studies/${own.studyInstanceUid}`, '/dicomweb/instances', '/metrics'])(
    '%s answers 401, whatever the token',
    async (path) => {
      await sleep(Math.max(0, expiredAt - Date.now()))
      for (const authorization of [undefined, 'Bearer nonsense', `Bearer ${expired}`, 'Basic YTpi']) {
        const response = await fetch(
          `${archive.url}${path}`,
          authorization === undefined ? {} : { headers: { authorization } },
        )
        expect(response.status).toBe(401)
        expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
        expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      }
    },
    testTimeoutMs,
  )

  it('health answers to anyone', async () => {
    for (const path of ['/health/live', '/health/ready'])
      expect((await fetch(`${archive.url}${path}`)).status).toBe(200)
  })

  it('a token of another archive, or one without a signature, is refused', async () => {
    const token = await archive.token('entity', { entity: 'ASST-UNO' })
    const [, claims = ''] = token.split('.')
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`
    const tampered = `${token.slice(0, -6)}AAAAAA`
    for (const bad of [unsigned, tampered]) {
      expect((await new DicomWeb(`${archive.url}/dicomweb`, bad).fetch('/studies')).status).toBe(401)
    }
  })
})

describe('an entity', () => {
  it("sees its own studies; another's answer like absent ones", async () => {
    expect(await seen('entity', { entity: 'ASST-UNO' })).toEqual([own.studyInstanceUid])
    const found = await statuses('entity', { entity: 'ASST-UNO' })
    expect(found).toEqual({ search: 200, own: 200, foreign: 404, ownMetadata: 200, foreignMetadata: 404 })
    const web = await archive.dicomWeb('entity', { entity: 'ASST-UNO' })
    const body = async (uid: string) =>
      (await (await web.fetch(`/studies/${uid}/metadata`)).text()).replaceAll(uid, 'UID')
    expect(await body(foreign.studyInstanceUid)).toBe(await body('1.2.3.4.5'))
  })

  it('stores for itself only: a study search of another entity does not change', async () => {
    expect(await seen('entity', { entity: 'ASST-DUE' })).toEqual([foreign.studyInstanceUid])
  })
})

describe('the health record', () => {
  it('sees every study when it says a purpose', async () => {
    expect(await statuses('fse', { purpose: 'TREATMENT' })).toMatchObject({ search: 200, own: 200, foreign: 200 })
  })

  it('gets nothing without one', async () => {
    const result = await archive.vna(['token', '--role', 'fse'])
    if (result.exitCode === 0) expect(await statuses('fse', {})).toMatchObject({ search: 403, own: 403, foreign: 403 })
    else expect(result.exitCode).toBe(2)
  })

  it('sees one patient only when it names one', async () => {
    const options = { purpose: 'TREATMENT', patient: 'RSSNNA80A41F205O' }
    expect(await seen('fse', options)).toEqual([own.studyInstanceUid])
    expect(await statuses('fse', options)).toMatchObject({ own: 200, foreign: 404 })
  })

  it('may not store', async () => {
    const web = await archive.dicomWeb('fse', { purpose: 'TREATMENT' })
    expect((await web.store([own.file])).httpStatus).toBe(403)
  })
})

describe('professional and citizen', () => {
  it.each([
    ['professional', { purpose: 'TREATMENT', patient: 'RSSNNA80A41F205O' }],
    ['citizen', { patient: 'RSSNNA80A41F205O' }],
  ])('%s gets 403 until consent is known', async (role, options) => {
    const found = await statuses(role, options)
    expect(Object.values(found)).toEqual([403, 403, 403, 403, 403])
  })
})
