import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  Catalog,
  InstanceHeader,
  QuarantinedInstance,
  RegisteredInstance,
  RegisterPackInput,
} from '../../packages/catalog/src/index.ts'
import { openCatalog } from '../../packages/catalog/src/index.ts'
import type { Database } from '../../packages/database/src/index.ts'
import { openDatabase } from '../../packages/database/src/index.ts'
import { addEntity } from '../../packages/entities/src/index.ts'
import { samePerson } from '../../packages/fse/src/index.ts'
import { readEvent } from '../../packages/ledger-events/src/index.ts'
import type { HealthRecord } from '../../packages/record/src/index.ts'
import { openHealthRecord } from '../../packages/record/src/index.ts'
import { applyLedgerEvent, type LedgerTargets } from '../../packages/registration/src/index.ts'
import { openTransmissions, type TransmissionTable } from '../../packages/transmissions/src/index.ts'
import { databaseUrl, templateDatabase } from '../harness/provide-database.ts'

/** Applies events again, as a rebuild reads them: through the schema of the ledger. */
export async function replayEvents(
  targets: LedgerTargets,
  events: readonly {
    readonly type: string
    readonly version?: number
    readonly payload: Readonly<Record<string, unknown>>
  }[],
): Promise<void> {
  for (const [seq, { type, version, payload }] of events.entries()) {
    const line = { seq, at: new Date(0).toISOString(), type, version, payload }
    const read = readEvent(line, { place: { key: 'test', line: seq } })
    if (read.kind === 'event') await applyLedgerEvent(targets, read.event)
  }
}

export interface CatalogFixture {
  readonly database: Database
  readonly catalog: Catalog
  readonly healthRecord: HealthRecord
  readonly transmissions: TransmissionTable
  readonly url: string
  /** Empties every table. */
  clear(): Promise<void>
  stop(): Promise<void>
}

/** A migrated catalog in a database of its own. */
export async function startCatalog(): Promise<CatalogFixture> {
  const url = await createDatabase(getServerUrl())
  const database = openDatabase({ url, applicationName: 'catalog-test' })
  return {
    database,
    catalog: openCatalog(database, { samePerson }),
    healthRecord: openHealthRecord(database),
    transmissions: openTransmissions(database),
    url,
    clear: () => clearTables(database),
    stop: () => database.close(),
  }
}

/** Of the server that the global set-up started. */
function getServerUrl(): string {
  const url = process.env.VNA_TEST_DATABASE_URL
  if (url === undefined) throw new Error('no PostgreSQL: see test/harness/provide-database.ts')
  return url
}

async function createDatabase(serverUrl: string): Promise<string> {
  const name = `vna_test_${randomBytes(6).toString('hex')}`
  const server = openDatabase({ url: serverUrl, applicationName: 'catalog-test' })
  // Two at once may find the template in use by each other.
  await retry(() => server.sql.unsafe(`create database ${name} template ${templateDatabase}`))
  await server.close()
  return databaseUrl(serverUrl, name)
}

const objectInUse = '55006'
const maxAttempts = 50

async function retry(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      if ((error as { code?: string }).code !== objectInUse || attempt === maxAttempts) throw error
      await sleep(100)
    }
  }
}

/** By delete, because truncating this many relations takes longer than a test. */
async function clearTables(database: Database): Promise<void> {
  await database.sql.unsafe(`
    set session_replication_role = replica;
    ${allTables.map((table) => `delete from ${table};`).join('\n')}
    set session_replication_role = origin;`)
}

const allTables = [
  'audit',
  'due_studies',
  'entities',
  'entity_policies',
  'events',
  'header_variants',
  'holder_identifiers',
  'holder_instances',
  'holder_series',
  'holder_studies',
  'holders',
  'instance_copies',
  'instances',
  'issuers',
  'journals',
  'pack_folders',
  'packs',
  'patient_identifiers',
  'patients',
  'quarantine',
  'series',
  'studies',
  'transmissions',
  'uids',
  'unsettled_studies',
] as const

export interface SampleInstance {
  readonly study?: string
  readonly series?: string
  readonly sop?: string
  /** Stands for the bytes of the data set: equal bytes have equal digests. */
  readonly bytes?: string
  readonly entity?: string
  readonly campaign?: string
  readonly receivedAt?: string
  readonly transferSyntaxUid?: string
  readonly patient?: InstanceHeader['patient']
  readonly studyHeader?: InstanceHeader['study']
  readonly seriesHeader?: InstanceHeader['series']
  readonly instanceHeader?: InstanceHeader['instance']
  readonly sopClassUid?: string
}

export const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const explicitVrLittleEndian = '1.2.840.10008.1.2.1'

let segmentCounter = 0

/** A pack of the given instances, in order, as the archiver would register it. */
export function samplePack(
  instances: readonly SampleInstance[],
  options: { segmentId?: string; quarantined?: readonly QuarantinedInstance[] } = {},
): RegisterPackInput {
  segmentCounter++
  const segmentId =
    options.segmentId ?? `20261124T101112${String(segmentCounter).padStart(3, '0')}-${segmentCounter}-test`
  return {
    packKey: `packs/2026/11/24/journal-1/${segmentId}.tar`,
    packDigest: sha256(segmentId),
    sizeBytes: 1024 + 526_336 * instances.length,
    journalId: 'journal-1',
    segmentId,
    sealedAt: '2026-11-24T10:11:12.000Z',
    instances: instances.map(sampleInstance),
    quarantined: options.quarantined ?? [],
  }
}

function sampleInstance(sample: SampleInstance, index: number): RegisteredInstance {
  const sop = sample.sop ?? '1.2.3.4'
  return {
    header: {
      sopClassUid: sample.sopClassUid ?? ctImageStorage,
      sopInstanceUid: sop,
      studyInstanceUid: sample.study ?? '1.2.3',
      seriesInstanceUid: sample.series ?? '1.2.3.1',
      patient: sample.patient ?? { id: 'P1', otherIds: [], name: 'ROSSI^MARIO', birthDate: '19800101', sex: 'M' },
      study: sample.studyHeader ?? { date: '20261120', time: '101500', accessionNumber: 'A1', id: 'S1' },
      series: sample.seriesHeader ?? { modality: 'CT', number: 1, description: 'Axial' },
      instance: sample.instanceHeader ?? { number: index + 1, rows: 512, columns: 512, bitsAllocated: 16 },
    },
    entityCode: sample.entity ?? 'ASST-A',
    source: 'STORESCU dimse',
    campaign: sample.campaign,
    receivedAt: sample.receivedAt ?? '2026-11-24T10:11:10.000Z',
    seq: index,
    sha256: sha256(sample.bytes ?? sop),
    offset: 2048 + index * 526_336,
    lengthBytes: 526_000,
    dataSetOffset: 360,
    transferSyntaxUid: sample.transferSyntaxUid ?? explicitVrLittleEndian,
  }
}

export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

/** Entities whose tokens the tests use: a token counts only while its entity does. */
export async function registerEntities(
  { catalog }: CatalogFixture,
  codes = ['ASST-A', 'ASST-B', 'ASST-C'],
): Promise<void> {
  for (const code of codes) await addEntity(catalog, { code, kind: 'EEP', name: code, aeTitles: [] })
}
