import { isUtf8 } from 'node:buffer'
import type { AccessObject, TokenCaller } from '@vna/access'
import { getCaller, ProblemError } from '@vna/http'
import { type HealthRecord, type Identifier, type IdentityLink, identityLimits } from '@vna/record'
import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import { oneText, sendJson } from '../http/exchange.ts'
import { readJson } from '../http/read-json.ts'
import { BodyBudget } from '../intake/body-budget.ts'
import type { LinkerDependencies, LinkerModule } from '../linker-dependencies.ts'
import { CsvError } from './read-csv.ts'
import { type ReadIdentities, readIdentities } from './read-identities.ts'

const maxBodyBytes = 8192
/** A table of a million identities. */
const maxTableBytes = 128 * 1024 * 1024
const maxErrorsShown = 100

const identifierSchema = z.strictObject({ issuer: z.string().min(1).max(256), identifier: z.string().min(1).max(256) })
const mergeSchema = z.strictObject({ survivor: identifierSchema, merged: identifierSchema })

const decisionSchema = z.strictObject({ decision: z.enum(['confirm', 'refuse']) })
const proposalId = z.guid()

type IdentityDependencies = Pick<LinkerDependencies, 'healthRecord' | 'access'>

/** The cross-reference over HTTP, for those who run the archive: import of a table, look-up, merges and their undo. */
export function createIdentityModule(dependencies: IdentityDependencies): LinkerModule {
  const budget = new BodyBudget({
    maxReportBytes: maxTableBytes,
    maxBytesAtOnce: maxTableBytes,
    maxBytesPerOwner: maxTableBytes,
  })
  return { mount: (router) => mountRoutes(router, dependencies, budget) }
}

function mountRoutes(router: Router, dependencies: IdentityDependencies, budget: BodyBudget): void {
  const json = readJson(maxBodyBytes)
  router.post('/fse/v1/identities', (request, response) => importTable(dependencies, budget, { request, response }))
  router.get('/fse/v1/identities', (request, response) => resolve(dependencies, request, response))
  router.get('/fse/v1/merges', (request, response) => listProposals(dependencies, request, response))
  router.post('/fse/v1/merges/:id', json, (request, response) => decideProposal(dependencies, request, response))
  router.post('/fse/v1/merges', json, (request, response) => merge(dependencies, request, response))
  router.delete('/fse/v1/merges', (request, response) => unmerge(dependencies, request, response))
}

/** Staff only: what it says decides in whose record a study appears. */
async function assertStaff({ access }: IdentityDependencies, caller: TokenCaller, object: AccessObject): Promise<void> {
  await access.authorize(caller, { kind: 'operate' }, object)
}

async function importTable(
  dependencies: IdentityDependencies,
  budget: BodyBudget,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<void> {
  const caller = getCaller(request)
  const isDryRun = !['', '0', 'false'].includes(oneText(request, 'dry-run') ?? '')
  await assertStaff(dependencies, caller, { resource: 'identities', isDryRun })
  if (!/^text\/csv\b/i.test(request.headers['content-type'] ?? '')) {
    throw new ProblemError('unsupported-media-type', 'identities come as text/csv', {
      extensions: { accepted: ['text/csv'] },
    })
  }
  const held = await budget.read(request, 'identities')
  try {
    const { links, errors } = await readTable(held.bytes, `csv:${caller.principal.subject}`)
    const extensions = {
      errors: errors.slice(0, maxErrorsShown),
      rows: links.length + errors.length,
      invalid: errors.length,
    }
    if (errors.length > 0 && !isDryRun)
      throw new ProblemError('bad-request', 'some rows are invalid, nothing was written', { extensions })
    const changed = isDryRun
      ? await countNews(dependencies.healthRecord, links)
      : await write(dependencies.healthRecord, links)
    sendJson(response, { dryRun: isDryRun, ...extensions, changed })
  } finally {
    held.release()
  }
}

async function readTable(bytes: Uint8Array, source: string): Promise<ReadIdentities> {
  if (!isUtf8(bytes)) throw new ProblemError('bad-request', 'the table is not UTF-8')
  try {
    return await readIdentities(bytes, source)
  } catch (error) {
    if (error instanceof CsvError) {
      throw new ProblemError('bad-request', error.message, { extensions: { reason: error.code, line: error.line } })
    }
    throw error
  }
}

function batchesOf<T>(values: readonly T[]): readonly (readonly T[])[] {
  const size = identityLimits.maxLinksPerTransaction
  return Array.from({ length: Math.ceil(values.length / size) }, (_, n) => values.slice(n * size, (n + 1) * size))
}

async function write({ identity }: HealthRecord, links: readonly IdentityLink[]): Promise<number> {
  let changed = 0
  for (const batch of batchesOf(links)) changed += await identity.linkIdentities(batch)
  return changed
}

/** How many of the rows would say something new of whom an identifier stands for. */
async function countNews({ identity }: HealthRecord, links: readonly IdentityLink[]): Promise<number> {
  let news = 0
  for (const batch of batchesOf(links)) {
    const resolved = await identity.resolveIdentifiers(batch)
    news += batch.filter((link, index) => {
      return link.national != null && resolved[index]?.national?.identifier !== link.national.identifier
    }).length
  }
  return news
}

async function resolve(dependencies: IdentityDependencies, request: Request, response: Response): Promise<void> {
  const identifier = identifierOf(request)
  await assertStaff(dependencies, getCaller(request), { resource: 'identity' })
  const [resolved] = await dependencies.healthRecord.identity.resolveIdentifiers([identifier])
  sendJson(response, resolved)
}

async function merge(dependencies: IdentityDependencies, request: Request, response: Response): Promise<void> {
  const caller = getCaller(request)
  const body = mergeSchema.safeParse(request.body)
  if (!body.success)
    throw new ProblemError('bad-request', 'the body is {"survivor": {issuer, identifier}, "merged": {…}}')
  await assertStaff(dependencies, caller, { resource: 'merge' })
  const source = `api:${caller.principal.subject}`
  sendJson(response, { changed: await dependencies.healthRecord.identity.mergeIdentities({ ...body.data, source }) })
}

/** Merges that messages asked for and that wait for a person. */
async function listProposals(dependencies: IdentityDependencies, request: Request, response: Response): Promise<void> {
  await assertStaff(dependencies, getCaller(request), { resource: 'merge-proposals' })
  const proposals = await dependencies.healthRecord.identity.listMergeProposals()
  sendJson(response, { proposals })
}

async function decideProposal(dependencies: IdentityDependencies, request: Request, response: Response): Promise<void> {
  const caller = getCaller(request)
  const id = String(request.params.id).toLowerCase()
  const body = decisionSchema.safeParse(request.body)
  if (!proposalId.safeParse(id).success) throw new ProblemError('not-found', 'no such merge waits for a decision')
  if (!body.success) throw new ProblemError('bad-request', 'the body is {"decision": "confirm" | "refuse"}')
  const { decision } = body.data
  await assertStaff(dependencies, caller, { resource: 'merge-proposal', proposal: id, decision })
  await dependencies.healthRecord.identity.decideMergeProposal({ id, decision, by: caller.principal.subject })
  response.set('cache-control', 'no-store').status(204).end()
}

async function unmerge(dependencies: IdentityDependencies, request: Request, response: Response): Promise<void> {
  const caller = getCaller(request)
  const merged = identifierOf(request)
  await assertStaff(dependencies, caller, { resource: 'merge', undo: true })
  sendJson(response, {
    changed: await dependencies.healthRecord.identity.unmergeIdentities({
      merged,
      source: `api:${caller.principal.subject}`,
    }),
  })
}

function identifierOf(request: Request): Identifier {
  const [issuer, identifier] = [oneText(request, 'issuer'), oneText(request, 'identifier')]
  if (issuer === undefined || identifier === undefined)
    throw new ProblemError('bad-request', 'issuer and identifier are needed')
  return { issuer, identifier }
}
