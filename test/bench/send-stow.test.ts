import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parsePart10Prefix } from '../../packages/dicom/src/index.ts'
import {
  buildStoreResponse,
  MultipartRelatedParser,
  multipartLimits,
  parseContentType,
} from '../../packages/dicomweb/src/index.ts'
import { runCli } from './run-cli.ts'

interface Answer {
  readonly status: number
  readonly headers?: http.OutgoingHttpHeaders
  readonly body: string
}
interface Request {
  readonly n: number
  readonly parts: readonly Uint8Array[]
  readonly authorization: string | undefined
}

let server: http.Server | undefined

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
})

/** A STOW-RS service that keeps the parts of each request and answers as it is told. */
async function listen(answer: (request: Request) => Answer, existing: readonly string[] = []): Promise<string> {
  let requests = 0
  server = http.createServer(async (incoming, outgoing) => {
    if (incoming.method === 'GET') {
      const isFirstPage = incoming.url?.includes('offset=0') === true
      const page = isFirstPage ? existing.map((uid) => ({ '00080018': { vr: 'UI', Value: [uid] } })) : []
      outgoing.writeHead(page.length === 0 ? 204 : 200).end(page.length === 0 ? undefined : JSON.stringify(page))
      return
    }
    try {
      const n = requests++
      const parts = await readParts(incoming)
      const { status, headers, body } = answer({ n, parts, authorization: incoming.headers.authorization })
      outgoing.writeHead(status, { 'content-type': 'application/dicom+json', ...headers }).end(body)
    } catch (error) {
      outgoing.writeHead(400).end(String(error))
    }
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicomweb`
}

/** As Orthanc does, passes over a part whose media type has a parameter. */
async function readParts(incoming: http.IncomingMessage): Promise<Uint8Array[]> {
  const { parameters } = parseContentType(incoming.headers['content-type'] ?? '')
  const boundary = parameters.get('boundary') ?? ''
  const parser = new MultipartRelatedParser({ boundary, limits: multipartLimits })
  const parts: Buffer[][] = []
  let isTaken = false
  for await (const bytes of incoming) {
    for (const event of parser.push(bytes as Buffer)) {
      if (event.kind === 'part-begin') isTaken = event.headers.get('content-type') === 'application/dicom'
      if (event.kind === 'part-begin' && isTaken) parts.push([])
      if (event.kind === 'part-data' && isTaken) parts.at(-1)?.push(Buffer.from(event.data))
    }
  }
  parser.end()
  return parts.map((pieces) => Buffer.concat(pieces))
}

function uidOf(part: Uint8Array): string {
  const prefix = parsePart10Prefix(part)
  return prefix.kind === 'part10' ? (prefix.mediaStorageSopInstanceUid ?? '') : ''
}

function digestOf(part: Uint8Array): string {
  const prefix = parsePart10Prefix(part)
  const offset = prefix.kind === 'part10' ? prefix.dataSetOffset : 0
  return createHash('sha256').update(part.subarray(offset)).digest('hex')
}

function stored(parts: readonly Uint8Array[]): Answer {
  const outcomes = parts.map((part) => ({ kind: 'stored' as const, sopClassUid: '1.2', sopInstanceUid: uidOf(part) }))
  return buildStoreResponse({ outcomes })
}

describe('vna send by STOW-RS', () => {
  it('sends whole files in requests of the size asked for, with the token, and logs what was acknowledged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vna-stow-'))
    const log = join(folder, 'acknowledged')
    const received = new Map<string, string>()
    const sizes: number[] = []
    const baseUrl = await listen(({ parts, authorization }) => {
      expect(authorization).toBe('Bearer t')
      sizes.push(parts.length)
      for (const part of parts) received.set(uidOf(part), digestOf(part))
      return stored(parts)
    })
    const args = ['--phantom', 'mr:2x12', 'us:1', '--phantom-frames', '20', '--batch', '5', '--connections', '2']
    const { status, json } = await runCli(['send', '--stow', baseUrl, '--token', 't', '--ack-log', log, ...args])
    expect(status).toBe(0)
    expect(json).toMatchObject({ sent: 25, acknowledged: 25, failed: [] })
    expect(sizes.sort()).toEqual([1, 2, 2, 5, 5, 5, 5])
    const lines = readFileSync(log, 'utf8').trim().split('\n')
    expect(new Map(lines.map((line) => line.split(' ') as [string, string]))).toEqual(received)
    rmSync(folder, { recursive: true })
  })

  it('waits when told to, sends again what lacked resources, and reports what was refused', async () => {
    let refused = ''
    const baseUrl = await listen(({ n, parts }) => {
      if (n === 0) return { status: 503, headers: { 'retry-after': '1' }, body: '{}' }
      if (n > 1) return stored(parts)
      refused = uidOf(parts[0] as Uint8Array)
      const outcomes = parts.map((part, index) => {
        const instance = { sopClassUid: '1.2', sopInstanceUid: uidOf(part) }
        if (index > 1) return { kind: 'stored' as const, ...instance }
        return { kind: 'failed' as const, ...instance, failureReason: index === 0 ? 0xa900 : 0xa700 }
      })
      return buildStoreResponse({ outcomes })
    })
    const startedAt = performance.now()
    const { status, json } = await runCli(['send', '--stow', `${baseUrl}/studies`, '--phantom', 'mr:1x4'])
    expect(performance.now() - startedAt).toBeGreaterThan(1000)
    expect(status).toBe(1)
    expect(json).toMatchObject({ sent: 4, acknowledged: 3, notSent: 0 })
    expect(json.failed).toMatchObject([{ sopInstanceUid: refused, status: '0xA900' }])
  })

  it('gives up at once where it is not allowed', async () => {
    const baseUrl = await listen(() => ({ status: 401, body: '' }))
    const { status, json } = await runCli(['send', '--stow', baseUrl, '--phantom', 'tiny:3'])
    expect(status).toBe(1)
    expect(json).toMatchObject({ acknowledged: 0, notSent: 3, error: { code: 'refused' } })
  })

  it('leaves out what the archive has', async () => {
    const seen: string[] = []
    const keep = ({ parts }: Request): Answer => {
      seen.push(...parts.map(uidOf))
      return stored(parts)
    }
    const first = await listen(keep)
    await runCli(['send', '--stow', first, '--phantom', 'mr:1x6'])
    const existing = seen.splice(0).slice(0, 4)
    server?.close()
    const second = await listen(keep, existing)
    const { status, json } = await runCli(['send', '--stow', second, '--phantom', 'mr:1x6', '--skip-existing'])
    expect(status).toBe(0)
    expect(json).toMatchObject({ acknowledged: 2, skipped: 4, notSent: 0 })
    expect(seen).toHaveLength(2)
  })
})
