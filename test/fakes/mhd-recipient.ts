import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { arrayOf, checkSubmission, type Json, objectOf, type SubmittedDocument } from './iti65-profile.ts'

/**
 * - `lose-answer`: commits, then cuts the connection.
 * - `garbage`: answers 200 with something that is no FHIR, and commits nothing.
 */
export type RecipientMode = 'ok' | 'slow' | 'too-many-requests' | 'error' | 'garbage' | 'lose-answer' | 'refuse'

export interface RegisteredDocument {
  readonly id: string
  readonly masterIdentifier: string
  readonly formatCode: string
  readonly studyUid: string
  readonly replaces: string | undefined
  status: 'current' | 'superseded'
  readonly resource: Json
}

export interface MhdRecipient {
  /** Base for VNA_FSE_REGISTRY_URL. */
  readonly url: string
  readonly token: string
  mode: RecipientMode
  /** Every entry there is. */
  readonly documents: ReadonlyMap<string, RegisteredDocument>
  /** What was wrong with submissions, in the words of the profile. */
  readonly problems: readonly string[]
  /** Submissions of an identifier that was here already: a registrar that asks first never makes one. */
  readonly resent: number
  readonly submissions: number
  currentOf(studyUid: string): readonly RegisteredDocument[]
  /** Refuses connections until `open`. */
  shut(): Promise<void>
  open(): Promise<void>
}

const slowMs = 3_000
const maxBodyBytes = 64 * 1024 * 1024

/** A Document Recipient and Responder as strict as the profile: ITI-65, ITI-67, and deletion. */
export async function startMhdRecipient(o: { port?: number } = {}): Promise<MhdRecipient> {
  const recipient = new Recipient()
  await recipient.listen(o.port ?? 0)
  return recipient
}

class Recipient implements MhdRecipient {
  readonly token = randomUUID()
  readonly documents = new Map<string, RegisteredDocument>()
  readonly problems: string[] = []
  mode: RecipientMode = 'ok'
  resent = 0
  submissions = 0
  #server: Server | undefined
  #port = 0

  get url(): string {
    return `http://127.0.0.1:${this.#port}/fhir`
  }

  currentOf(studyUid: string): readonly RegisteredDocument[] {
    return [...this.documents.values()].filter((it) => it.studyUid === studyUid && it.status === 'current')
  }

  async listen(port: number): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
    await promise
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  async open(): Promise<void> {
    await this.listen(this.#port)
  }

  async shut(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server?.close(() => resolve())
    this.#server?.closeAllConnections()
    await promise
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    if (request.headers.authorization !== `Bearer ${this.token}`) return sendOutcome(response, 401, ['not this token'])
    const { mode } = this
    if (mode === 'slow') await sleep(slowMs)
    if (mode === 'too-many-requests') return sendOutcome(response, 429, ['later'], { 'retry-after': '1' })
    if (mode === 'error') return sendOutcome(response, 500, ['the registry is out of order'])
    if (mode === 'garbage') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome')
    if (mode === 'refuse') return sendOutcome(response, 422, ['affinity domain: typeCode is not known here'])
    const url = new URL(request.url ?? '/', this.url)
    const [type, id] = url.pathname.replace(/^\/fhir\/?/, '').split('/')
    if (request.method === 'POST' && type === '') return this.#submit(body, response)
    if (type !== 'DocumentReference') return sendOutcome(response, 404, ['no such resource'])
    if (request.method === 'GET' && id === undefined) return this.#search(url.searchParams, response)
    if (request.method === 'DELETE' && id !== undefined) {
      this.documents.delete(id)
      return void response.writeHead(204).end()
    }
    return sendOutcome(response, 405, ['not this method'])
  }

  #submit(body: Buffer, response: ServerResponse): void {
    this.submissions++
    const bundle = parseJson(body)
    const { problems, documents } = checkSubmission(bundle)
    const conflicts = documents.flatMap((document) => this.#conflictsOf(document))
    const all = [...problems, ...conflicts]
    if (all.length > 0) {
      this.problems.push(...all)
      sendOutcome(response, 400, all)
      return
    }
    const locations = new Map(documents.map((document) => [document.fullUrl, this.#register(document)]))
    if (this.mode === 'lose-answer') {
      response.destroy()
      return
    }
    const entry = arrayOf(objectOf(bundle).entry).map(({ fullUrl, resource }) => {
      const id = locations.get(String(fullUrl)) ?? randomUUID()
      return { response: { status: '201', location: `${objectOf(resource).resourceType}/${id}/_history/1` } }
    })
    send(response, 200, { resourceType: 'Bundle', type: 'transaction-response', entry })
  }

  #conflictsOf({ masterIdentifier, formatCode, replaces, studyUid }: SubmittedDocument): string[] {
    const known = [...this.documents.values()]
    if (known.some((it) => it.masterIdentifier === masterIdentifier && it.formatCode === formatCode)) {
      this.resent++
      return ['this document is registered already']
    }
    const current = this.currentOf(studyUid).find((it) => it.formatCode === formatCode)
    const target = known.find((it) => `DocumentReference/${it.id}` === replaces)
    if (replaces !== undefined && target?.status !== 'current') return ['what is replaced is not current here']
    return current !== undefined && target !== current ? ['the current entry of this study is not replaced'] : []
  }

  #register({ masterIdentifier, formatCode, studyUid, replaces, resource }: SubmittedDocument): string {
    const id = randomUUID()
    const former = replaces === undefined ? undefined : this.documents.get(replaces.replace(/^DocumentReference\//, ''))
    if (former !== undefined) former.status = 'superseded'
    this.documents.set(id, { id, masterIdentifier, formatCode, studyUid, replaces, status: 'current', resource })
    return id
  }

  /** By `identifier` (system|value or value, alternatives by commas), `status` and MADO's `study-instance-uid`. */
  #search(parameters: URLSearchParams, response: ServerResponse): void {
    const value = (name: string) => parameters.get(name)?.split('|').at(-1)
    const [status, study] = [value('status'), value('study-instance-uid')]
    const identifiers = parameters
      .get('identifier')
      ?.split(',')
      .map((token) => token.split('|').at(-1))
    const found = [...this.documents.values()].filter(
      (it) =>
        (identifiers === undefined || identifiers.includes(it.masterIdentifier)) &&
        (status === undefined || it.status === status) &&
        (study === undefined || it.studyUid === study.replace(/^urn:oid:/, '')),
    )
    const entry = found.map(({ id, status: current, resource }) => ({
      fullUrl: `${this.url}/DocumentReference/${id}`,
      resource: { ...resource, id, status: current },
      search: { mode: 'match' },
    }))
    send(response, 200, { resourceType: 'Bundle', type: 'searchset', total: found.length, entry })
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > maxBodyBytes) throw new Error('too large')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function sendOutcome(
  response: ServerResponse,
  status: number,
  problems: readonly string[],
  headers: Record<string, string> = {},
): void {
  const issue = problems.map((diagnostics) => ({ severity: 'error', code: 'processing', diagnostics }))
  send(response, status, { resourceType: 'OperationOutcome', issue }, headers)
}

function send(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers }).end(JSON.stringify(body))
}
