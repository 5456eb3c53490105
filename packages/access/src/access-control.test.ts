import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccessControl } from './access-control.ts'
import { AccessError } from './access-error.ts'
import type { AuditRecord } from './audit-trail.ts'
import { Authenticator } from './authenticator.ts'
import type { AssociationCaller, TokenCaller } from './caller.ts'
import type { Principal } from './principal.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'
import { issueToken } from './tokens.ts'

let folder: string
let key: SigningKey

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-access-'))
  key = await openSigningKey(folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

function open() {
  const records: AuditRecord[] = []
  const state = { isDown: false, revoked: '' }
  const trail = {
    record: async (record: AuditRecord) => {
      if (state.isDown) throw new Error('down')
      records.push(record)
    },
    close: async () => {},
  }
  const standings = {
    find: async ({ entityCode, tokenId }: Principal) => {
      if (tokenId === state.revoked) throw new AccessError('revoked-token', 'revoked')
      return { isEntityActive: entityCode !== 'GONE' }
    },
    close: async () => {},
  }
  const authenticator = new Authenticator({ key })
  const access = new AccessControl({ authenticator, standings, trail, onTrouble: () => {} })
  return { access, records, state }
}

const operator: TokenCaller = {
  kind: 'token',
  principal: { tokenId: 't', subject: 'olga', role: 'operator', issuedAt: new Date(0), expiresAt: new Date(0) },
}
const stranger: AssociationCaller = { kind: 'association', name: 'NOBODY', address: '10.0.0.9' }
const peer: AssociationCaller = { kind: 'association', name: 'PACS', address: '10.0.0.1', entityCode: 'ASST-A' }

describe('authorize', () => {
  it('writes what is allowed before it resolves', async () => {
    const { access, records } = open()
    const grant = await access.authorize(operator, { kind: 'operate' }, { resource: 'publications' })
    expect(grant).toMatchObject({ predicate: { kind: 'none' } })
    expect(records).toEqual([
      {
        principal: operator.principal,
        action: 'operate',
        outcome: 'allowed',
        object: { resource: 'publications' },
      },
    ])
  })

  it('leaves the entry to the caller where that one knows what was found', async () => {
    const { access, records } = open()
    const grant = await access.authorize(operator, { kind: 'search-reports' }, { resource: 'reports' }, 'by-caller')
    expect(records).toEqual([])
    await grant.record('not-found', { results: 0 })
    expect(records).toMatchObject([
      { action: 'search', outcome: 'not-found', object: { resource: 'reports', results: 0 } },
    ])
  })

  it('writes what is refused before it tells', async () => {
    const { access, records } = open()
    const refused = access.authorize(operator, { kind: 'retrieve' }, { study: '1.2' }, 'by-caller')
    await expect(refused).rejects.toMatchObject({ code: 'forbidden', reason: 'role-may-not-read' })
    expect(records).toMatchObject([
      { action: 'retrieve', outcome: 'denied', object: { study: '1.2', reason: 'role-may-not-read' } },
    ])
  })

  it('writes who came over a connection', async () => {
    const { access, records } = open()
    await access.authorize(peer, { kind: 'store-report' }, { resource: 'hl7' })
    const object = { resource: 'hl7', peer: '10.0.0.1', entity: 'ASST-A' }
    expect(records).toEqual([{ actor: 'PACS', action: 'store', outcome: 'allowed', object }])
    await access.authorize(peer, { kind: 'store' }, {}, 'refusals-only')
    expect(records).toHaveLength(1)
  })

  it('does nothing without the trail', async () => {
    const { access, state } = open()
    state.isDown = true
    await expect(access.authorize(operator, { kind: 'operate' }, {})).rejects.toMatchObject({
      code: 'audit-unavailable',
    })
    await expect(access.authorize(operator, { kind: 'retrieve' }, {})).rejects.toMatchObject({
      code: 'audit-unavailable',
      retryable: true,
    })
  })

  it('counts strangers, who are refused whatever becomes of the trail', async () => {
    const { access, records, state } = open()
    const knock = () => access.authorize(stranger, { kind: 'associate' }, {})
    for (let times = 0; times < 3; times++) await expect(knock()).rejects.toMatchObject({ reason: 'caller-unknown' })
    state.isDown = true
    await expect(knock()).rejects.toMatchObject({ reason: 'caller-unknown' })
    state.isDown = false
    await access.close()
    expect(records).toMatchObject([
      { actor: 'NOBODY', action: 'sign-in', object: { reason: 'caller-unknown', peer: '10.0.0.9', times: 1 } },
      { actor: 'NOBODY', action: 'sign-in', object: { times: 3 } },
    ])
  })
})

describe('identify', () => {
  it('knows the bearer of a token', async () => {
    const { access, records } = open()
    const token = await issueToken(key, { role: 'operator' })
    expect(await access.identify(`Bearer ${token}`, { route: '/fhir', peer: '10.0.0.1' })).toMatchObject({
      kind: 'token',
      principal: { role: 'operator' },
    })
    expect(records).toEqual([])
  })

  it('knows what became of the token', async () => {
    const { access, records, state } = open()
    const asked = { route: '/fhir', peer: '10.0.0.1' }
    const bearer = `Bearer ${await issueToken(key, { role: 'entity', entityCode: 'GONE' })}`
    const caller = await access.identify(bearer, asked)
    expect(caller).toMatchObject({ isEntityActive: false })
    await expect(access.authorize(caller, { kind: 'search' }, {})).rejects.toMatchObject({
      reason: 'entity-not-active',
    })
    state.revoked = caller.principal.tokenId
    await expect(access.identify(bearer, asked)).rejects.toMatchObject({ code: 'revoked-token' })
    await access.close()
    expect(records).toMatchObject([{ outcome: 'denied' }, { action: 'sign-in', object: { reason: 'revoked-token' } }])
  })

  it('counts who has none', async () => {
    const { access, records } = open()
    for (const authorization of [undefined, 'Bearer nonsense', 'Bearer nonsense']) {
      await expect(access.identify(authorization, { route: '/fhir', peer: '10.0.0.1' })).rejects.toThrow()
    }
    await access.close()
    expect(records.map(({ action, outcome, object }) => [action, outcome, object])).toEqual([
      ['sign-in', 'denied', { reason: 'missing-token', route: '/fhir', peer: '10.0.0.1', times: 1 }],
      ['sign-in', 'denied', { reason: 'invalid-token', route: '/fhir', peer: '10.0.0.1', times: 1 }],
      ['sign-in', 'denied', { reason: 'invalid-token', route: '/fhir', peer: '10.0.0.1', times: 1 }],
    ])
  })
})
