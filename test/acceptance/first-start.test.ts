import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { DicomWeb } from './support/dicomweb.ts'
import { waitFor } from './support/wait.ts'

const startTimeoutMs = 120_000
const studyInstanceUidTag = '0020000D'
const modalitiesInStudy = '00080061'
const demoTimeoutMs = 60_000
const demoDone = /^demo ready$/m
/** Nothing may be fetched on the second start: every registry and mirror is a port where nobody listens. */
const offline = {
  npm_config_registry: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
}

/** Name and labels of each metric that monitoring may rely on. */
const metricNames = {
  vna_instances_received_total: ['entity', 'protocol', 'outcome'],
  vna_received_bytes_total: ['entity', 'protocol'],
  vna_associations_active: [],
  vna_journal_bytes: [],
  vna_journal_oldest_seconds: [],
  vna_archive_seconds: ['stage'],
  vna_instances_archived_total: [],
  vna_queue_jobs: ['queue', 'state'],
  vna_entity_last_received_timestamp_seconds: ['entity'],
  vna_studies: ['state'],
  vna_fse_publications_total: ['outcome'],
  vna_fse_divergence: [],
  vna_links: ['state'],
  vna_http_request_seconds: ['route', 'method', 'status'],
  vna_object_store_seconds: ['operation', 'outcome'],
} as const

let folder: string
let archive: Archive
let demoToken = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-first-'))
  archive = await Archive.start({ home: join(folder, 'an empty home'), arguments: ['--demo'] })
}, startTimeoutMs)

afterAll(async () => {
  await archive.stop()
  await rm(folder, { recursive: true, force: true })
})

/** A client with the token that the demo prints for whoever reads its words. */
function demoClient(): DicomWeb {
  const token = /TOKEN=(\S+)/.exec(archive.output)?.[1]
  if (token !== undefined) demoToken = token
  return new DicomWeb(`${archive.url}/dicomweb`, demoToken)
}

async function demoStudies(): Promise<ReadonlyMap<string, string>> {
  const web = demoClient()
  const studies = await web.search('/studies?limit=200')
  const modality = (study: (typeof studies)[number]) => (study[modalitiesInStudy]?.Value ?? []).join('+')
  return new Map(studies.map((study) => [String(study[studyInstanceUidTag]?.Value?.[0]), modality(study)]))
}

/** Processes that know this home: by command line, environment or working folder. */
function processesOf(home: string): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids.filter((pid) => {
    try {
      const about = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'latin1')).join('\n')
      return about.includes(home)
    } catch {
      return false // ended meanwhile, or another user's
    }
  })
}

describe('up --demo in an empty home', () => {
  let studies: ReadonlyMap<string, string>

  it('makes studies of many kinds visible, from two entities', { timeout: demoTimeoutMs }, async () => {
    await waitFor(() => (demoDone.test(archive.output) ? true : undefined), {
      timeoutMs: demoTimeoutMs,
      what: 'the demo to say where to look',
    })
    const sent = [...archive.output.matchAll(/sent (\d+) instances/g)].map((match) => Number(match[1]))
    expect(sent.length).toBe(2)
    const expected = sent.reduce((sum, count) => sum + count, 0)
    const countOf = async () => (await demoClient().search('/instances?limit=5000')).length
    await waitFor(async () => ((await countOf()) === expected ? true : undefined), { what: `${expected} instances` })
    studies = await demoStudies()
    const modalities = new Set([...studies.values()].flatMap((text) => text.split('+')))
    expect([...modalities]).toEqual(expect.arrayContaining(['CT', 'MR', 'DX', 'US', 'ECG', 'SR']))
    const entities = await archive.vnaJson<readonly unknown[]>(['entity', 'list'])
    expect(entities.length).toBeGreaterThanOrEqual(2)
  })

  it('gives each of them back', { timeout: demoTimeoutMs }, async () => {
    const web = demoClient()
    for (const uid of studies.keys()) {
      const response = await web.fetch(`/studies/${uid}`, {
        headers: { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
      })
      expect(response.status).toBe(200)
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
    }
  })

  it('has told every metric of the contract', { timeout: demoTimeoutMs }, async () => {
    const token = await archive.token('operator')
    const metrics = await waitFor(
      async () => {
        const response = await fetch(`${archive.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
        const text = await response.text()
        return /^vna_links\{.*state="LINKED".*\} [1-9]/m.test(text) ? text : undefined
      },
      { what: 'the link of the demo among the metrics' },
    )
    for (const [name, labels] of Object.entries(metricNames)) {
      const sample = new RegExp(`^${name}(?:_count)?\\{(.*)\\} `, 'm').exec(metrics)?.[1] ?? ''
      expect(sample, name).toContain('service="')
      for (const label of labels) expect(sample, name).toContain(`${label}="`)
    }
    // A gauge of reasons: nothing of the demo is kept aside.
    expect(metrics).toContain('# TYPE vna_quarantined gauge')
    expect(metrics).not.toContain('vna_quarantined{')
  })

  it('lists what came by entity and protocol', async () => {
    const list = (...args: string[]) => archive.vnaJson<readonly Record<string, unknown>[]>(['transmissions', ...args])
    const all = await list('--direction', 'in', '--since', '1h')
    expect(new Set(all.map(({ protocol }) => protocol)).size).toBeGreaterThan(1)
    // Not every row has an entity: an HL7 connection may speak for several.
    const one = all.find((row) => typeof row.entityCode === 'string') as Record<string, string> | undefined
    const { entityCode = '', client = '', protocol = '', outcome = '' } = one ?? {}
    const same = await list('--entity', entityCode, '--client', client, '--protocol', protocol, '--outcome', outcome)
    expect(same.length).toBeGreaterThan(0)
    expect(same.every((row) => row.entityCode === entityCode && row.protocol === protocol)).toBe(true)
    expect(await list('--until', '1h')).toEqual([])
  })

  it('stops within 10 s of Ctrl-C and leaves no process', { timeout: demoTimeoutMs }, async () => {
    expect(processesOf(archive.home).length).toBeGreaterThan(4)
    expect(await archive.stop()).toBe(0)
    expect(processesOf(archive.home)).toEqual([])
  })

  it('finds the data again at the second start, without the network', { timeout: startTimeoutMs }, async () => {
    const again = await Archive.start({ home: archive.home, ports: archive.ports, env: offline })
    archive = again
    expect(await demoStudies()).toEqual(studies)
    expect(again.output).not.toMatch(/download/i)
  })
})
