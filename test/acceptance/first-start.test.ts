import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { DicomWeb } from './support/dicomweb.ts'
import { waitFor } from './support/wait.ts'

const START_TIMEOUT_MS = 120_000
const STUDY_INSTANCE_UID = '0020000D'
const MODALITIES_IN_STUDY = '00080061'
const DEMO_TIMEOUT_MS = 60_000
const DEMO_DONE = /^demo ready$/m
/** Nothing may be fetched on the second start: every registry and mirror is a port where nobody listens. */
const OFFLINE = {
  npm_config_registry: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
}

let folder: string
let archive: Archive
let demoToken = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-first-'))
  archive = await Archive.start({ home: join(folder, 'an empty home'), arguments: ['--demo'] })
}, START_TIMEOUT_MS)

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
  const modality = (study: (typeof studies)[number]) => (study[MODALITIES_IN_STUDY]?.Value ?? []).join('+')
  return new Map(studies.map((study) => [String(study[STUDY_INSTANCE_UID]?.Value?.[0]), modality(study)]))
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

  it('makes studies of many kinds visible, from two entities', { timeout: DEMO_TIMEOUT_MS }, async () => {
    await waitFor(() => (DEMO_DONE.test(archive.output) ? true : undefined), {
      timeoutMs: DEMO_TIMEOUT_MS,
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

  it('gives each of them back', { timeout: DEMO_TIMEOUT_MS }, async () => {
    const web = demoClient()
    for (const uid of studies.keys()) {
      const response = await web.fetch(`/studies/${uid}`, {
        headers: { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
      })
      expect(response.status).toBe(200)
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
    }
  })

  it('stops within 10 s of Ctrl-C and leaves no process', { timeout: DEMO_TIMEOUT_MS }, async () => {
    expect(processesOf(archive.home).length).toBeGreaterThan(4)
    expect(await archive.stop()).toBe(0)
    expect(processesOf(archive.home)).toEqual([])
  })

  it('finds the data again at the second start, without the network', { timeout: START_TIMEOUT_MS }, async () => {
    const again = await Archive.start({ home: archive.home, ports: archive.ports, env: OFFLINE })
    archive = again
    expect(await demoStudies()).toEqual(studies)
    expect(again.output).not.toMatch(/download/i)
  })
})
