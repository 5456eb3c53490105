import { join } from 'node:path'
import type { Express } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Action,
  type ActionKind,
  decide,
  openAccess,
  openSigningKey,
  type Role,
  roles,
  type TokenRequest,
  verifyToken,
} from '../../packages/access/src/index.ts'
import type { AuditRow } from '../../packages/catalog/src/index.ts'
import { routeTable } from '../../packages/front-door/src/route-table.ts'
import { parseLinkerConfig } from '../../services/linker/src/config.ts'
import { createLinkerApp } from '../../services/linker/src/http/linker-app.ts'
import type { LinkerModule } from '../../services/linker/src/linker-dependencies.ts'
import { createModules } from '../../services/linker/src/modules.ts'
import { createDicomwebApp } from '../../services/query/src/dicomweb/dicomweb-app.ts'
import type { DicomwebDependencies } from '../../services/query/src/dicomweb/dicomweb-dependencies.ts'
import type { CatalogFixture } from './support-catalog.ts'
import { LinkerFixture } from './support-linker.ts'
import { QueryFixture } from './support-query.ts'
import { pathOf, routesOf } from './support-routes.ts'

/** What a route asks, and a request of it that is in order. */
interface Asks {
  readonly action: ActionKind
  readonly query?: string
  readonly values?: Readonly<Record<string, string>>
  readonly body?: { readonly type: string; readonly text: string }
  /** Nothing is written of what is allowed: it is about nobody, or nothing was done. */
  readonly isUnrecorded?: true
}
type Registry = Readonly<Record<string, Asks>>

const json = (value: unknown) => ({ type: 'application/json', text: JSON.stringify(value) })
const identifier = { issuer: 'entity:ASST-A', identifier: 'L1' }
const identifierQuery = '?issuer=entity:ASST-A&identifier=L1'
const uid = { id: '1.2.3.4' }
const visible = json({ visibility: 'normal' })

/** `action of route`: who adds a route says here what it asks. */
const linkerRoutes: Registry = {
  'POST /reports': { action: 'store-report', body: { type: 'text/plain', text: 'no report' }, isUnrecorded: true },
  'GET /reports': { action: 'search-reports' },
  'GET /reports/review': { action: 'decide-links' },
  'GET /reports/:id': { action: 'search-reports' },
  'GET /reports/:id/document': { action: 'retrieve' },
  'GET /reports/:id/studies': { action: 'search-reports' },
  'POST /reports/:id/links/:study': { action: 'decide-links', body: json({ decision: 'accept', reason: 'seen' }) },
  'DELETE /reports/:id': { action: 'decide-links', query: '?reason=wrong' },
  'POST /fse/v1/identities': { action: 'operate', body: { type: 'text/csv', text: 'issuer,identifier,national\n' } },
  'GET /fse/v1/identities': { action: 'operate', query: identifierQuery },
  'POST /fse/v1/merges': {
    action: 'operate',
    body: json({ survivor: identifier, merged: { ...identifier, identifier: 'L2' } }),
  },
  'GET /fse/v1/merges': { action: 'operate' },
  'POST /fse/v1/merges/:id': { action: 'operate', body: json({ decision: 'refuse' }) },
  'DELETE /fse/v1/merges': { action: 'operate', query: identifierQuery },
  'GET /fse/v1/publications': { action: 'operate' },
  'GET /fse/v1/publications/:study': { action: 'operate' },
  'POST /fse/v1/publications/:study/retry': { action: 'operate' },
  'GET /fse/v1/unresolved': { action: 'count-unresolved' },
  'GET /fse/v1/report-references': { action: 'search', query: '?study=1.2.3.4' },
  'PUT /fse/v1/studies/:id/visibility': { action: 'set-visibility', values: uid, body: visible },
  'PUT /fse/v1/reports/:id/visibility': { action: 'set-visibility', body: visible },
  'GET /fhir/metadata': { action: 'describe' },
  ...Object.fromEntries(
    ['DocumentReference', 'ImagingStudy', 'Endpoint'].flatMap((type): [string, Asks][] => [
      [`GET /fhir/${type}`, { action: 'search' }],
      [
        `POST /fhir/${type}/_search`,
        { action: 'search', body: { type: 'application/x-www-form-urlencoded', text: '_count=1' } },
      ],
      [`GET /fhir/${type}/:id`, { action: 'search' }],
    ]),
  ),
  'GET /fhir/Binary/:id': { action: 'retrieve' },
}

const searches = ['studies', 'series', 'instances', 'studies/:study/series', 'studies/:study/instances']
const oneSeries = 'studies/:study/series/:series'
const oneInstance = `${oneSeries}/instances/:instance`
const dicomwebRoutes: Registry = {
  ...Object.fromEntries(
    [...searches, `${oneSeries}/instances`].map((path): [string, Asks] => [
      `GET /dicomweb/${path}`,
      { action: 'search' },
    ]),
  ),
  ...Object.fromEntries(
    [
      ...['studies/:study', oneSeries, oneInstance].flatMap((path) => [path, `${path}/metadata`]),
      ...[`${oneInstance}/frames/:frames`, `${oneInstance}/bulkdata/*path`],
    ].map((path): [string, Asks] => [`GET /dicomweb/${path}`, { action: 'retrieve' }]),
  ),
}

/** Of the front door itself; what it passes on asks where it goes. */
const frontDoorRoutes: Registry = {
  '/metrics': { action: 'operate', isUnrecorded: true },
  '/metrics/targets': { action: 'operate', isUnrecorded: true },
}
/** The only ones that ask nobody: an orchestrator has no token, and they tell nothing of anybody. */
const healthRoutes = ['/health/live', '/health/ready']
const routesElsewhere: Readonly<Record<string, string>> = {
  '/dicomweb/studies': 'gateway',
  '/dicomweb': 'dicomweb',
  '/fhir': 'linker',
  '/reports': 'linker',
  '/fse': 'linker',
  // No service of this name exists: whoever has a valid token is told that there is no such resource.
  '/console': 'console',
}

const tokenOf: Readonly<Record<Role, TokenRequest>> = {
  entity: { role: 'entity', entityCode: 'ASST-A' },
  fse: { role: 'fse', purpose: 'TREATMENT' },
  professional: { role: 'professional', purpose: 'TREATMENT' },
  citizen: { role: 'citizen', patient: 'RSSNNA80A41F205X', purpose: 'PERSONAL' },
  operator: { role: 'operator' },
  admin: { role: 'admin' },
}

interface Side {
  readonly url: string
  readonly home: string
  readonly catalog: CatalogFixture
  token(request: TokenRequest): Promise<string>
}

async function lastSeq({ catalog }: Side): Promise<number> {
  const [row] = await catalog.database.sql<{ seq: string }[]>`select coalesce(max(seq), 0) as seq from audit`
  return Number(row?.seq)
}

async function ask(side: Side, route: string, asks: Asks, token: string | undefined) {
  const [method = '', pattern = ''] = route.split(' ')
  const after = await lastSeq(side)
  const response = await fetch(`${side.url}${pathOf(pattern, asks.values)}${asks.query ?? ''}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(asks.body !== undefined && { 'content-type': asks.body.type }),
    },
    ...(asks.body !== undefined && { body: asks.body.text }),
    redirect: 'manual',
  })
  await response.arrayBuffer()
  const entries: readonly AuditRow[] = await side.catalog.catalog.listAudit(after, 100)
  return { status: response.status, entries }
}

/** Drives one route with a token of each role and holds the answer and the trail against the rules. */
async function driveAllRoles(side: Side, route: string, asks: Asks): Promise<void> {
  const key = await openSigningKey(join(side.home, 'keys'))
  for (const role of roles) {
    const token = await side.token(tokenOf[role])
    const principal = await verifyToken(key, token)
    const decision = decide({ kind: 'token', principal }, { kind: asks.action } as Action)
    const { status, entries } = await ask(side, route, asks, token)
    const outcomes = entries.filter((entry) => entry.role === role).map(({ outcome }) => outcome)
    const what = `${route} as ${role}`
    if (!decision.allow) {
      expect(status, what).toBe(403)
      expect(outcomes, what).toEqual(['denied'])
      expect(entries[0]?.object, what).toMatchObject({ reason: decision.reason })
      continue
    }
    expect([401, 403, 500], what).not.toContain(status)
    expect(outcomes, what).not.toContain('denied')
    if (asks.isUnrecorded === undefined) expect(outcomes.length, what).toBeGreaterThan(0)
  }
}

/** GET routes answer HEAD as well. */
const withHead = (registry: Registry): [string, Asks][] =>
  Object.entries(registry).flatMap(([route, asks]): [string, Asks][] =>
    route.startsWith('GET ')
      ? [
          [route, asks],
          [route.replace('GET', 'HEAD'), asks],
        ]
      : [[route, asks]],
  )

/** No token, and one that is none: refused, and counted. */
async function driveStrangers(side: Side, registry: Registry): Promise<number> {
  for (const [route, asks] of Object.entries(registry)) {
    for (const token of [undefined, 'nonsense']) {
      const { status } = await ask(side, route, asks, token)
      expect(status, route).toBe(401)
    }
  }
  return 2 * Object.keys(registry).length
}

async function countSignIns({ catalog }: Side): Promise<number> {
  const rows = await catalog.catalog.listAudit(0, 10_000)
  const refused = rows.filter(({ action, outcome }) => action === 'sign-in' && outcome === 'denied')
  return refused.reduce((sum, { object }) => sum + Number(object.times), 0)
}

describe('the linker', () => {
  let fixture: LinkerFixture
  let app: Express
  let modules: readonly LinkerModule[] = []

  beforeAll(async () => {
    fixture = await LinkerFixture.start()
    const { logger, metrics, signal } = fixture.context
    const { catalog, healthRecord } = fixture.catalog
    const access = await openAccess({ catalog, keysFolder: join(fixture.home, 'keys'), onTrouble: () => {} })
    const config = parseLinkerConfig(fixture.environment)
    const reach = () => {}
    const transmissions = { record: () => {} }
    const { store } = fixture
    modules = createModules({
      ...{ config, catalog, healthRecord, access, transmissions },
      ...{ logger, metrics, signal, store, reach },
    })
    app = createLinkerApp({ access, modules, logger })
  })
  afterAll(async () => {
    const phases = modules.flatMap((module) => module.phases ?? [])
    await Promise.all(phases.map((phase) => phase.run(new AbortController().signal)))
    await fixture.stop()
  })

  it('has no route whose action is not named', () => {
    expect([...routesOf(app)].sort()).toEqual(Object.keys(linkerRoutes).sort())
  })

  it.each(withHead(linkerRoutes))('%s refuses by the rules, and each refusal is in the trail', async (route, asks) => {
    await driveAllRoles(fixture, route, asks)
  })

  it('lets no stranger in, and counts them all', async () => {
    const knocks = await driveStrangers(fixture, { ...linkerRoutes, 'GET /none': { action: 'search' } })
    await fixture.stopService()
    expect(await countSignIns(fixture)).toBe(knocks)
    expect((await fixture.catalog.catalog.verifyAudit()).kind).toBe('intact')
  })
})

describe('the front door', () => {
  let fixture: QueryFixture

  beforeAll(async () => {
    fixture = await QueryFixture.start()
  })
  afterAll(() => fixture.stop())

  it('has no route that neither asks nor leads to who does', () => {
    const named = [...healthRoutes, ...Object.keys(frontDoorRoutes), ...Object.keys(routesElsewhere)]
    expect(routeTable.map(({ label }) => label).sort()).toEqual(named.sort())
    for (const { label, target } of routeTable) {
      const elsewhere = target.kind === 'upstream' ? target.service : target.kind
      if (label in routesElsewhere) expect(elsewhere, label).toBe(routesElsewhere[label])
    }
  })

  it('has no route of DICOMweb whose action is not named', () => {
    // Only listed: nothing is asked of its dependencies.
    const app = createDicomwebApp({} as DicomwebDependencies)
    expect([...routesOf(app)].sort()).toEqual(Object.keys(dicomwebRoutes).sort())
  })

  it.each(withHead(dicomwebRoutes))(
    '%s refuses by the rules, and each refusal is in the trail',
    async (route, asks) => {
      await driveAllRoles(fixture, route, asks)
    },
  )

  it.each(Object.entries(frontDoorRoutes))('%s refuses by the rules', async (label, asks) => {
    for (const method of ['GET', 'HEAD']) await driveAllRoles(fixture, `${method} ${label}`, asks)
  })

  it('lets no stranger in but to health, and counts them all', async () => {
    const paths = [...routeTable.map(({ label }) => label), '/none'].filter((label) => !healthRoutes.includes(label))
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
    const all = paths.flatMap((path) =>
      methods.map((method): [string, Asks] => [`${method} ${path}`, { action: 'search' }]),
    )
    const knocks = await driveStrangers(fixture, { ...dicomwebRoutes, ...Object.fromEntries(all) })
    for (const path of healthRoutes) expect((await fetch(`${fixture.url}${path}`)).status).not.toBe(401)
    await fixture.stopService()
    expect(await countSignIns(fixture)).toBe(knocks)
  })
})
