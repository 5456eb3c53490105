import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Sql } from '../../packages/database/src/index.ts'
import { codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import { candidateStatement } from '../../packages/record/src/index.ts'
import { createLogger } from '../../packages/runtime/src/index.ts'
import { createEvaluator } from '../../services/linker/src/linking/evaluator.ts'
import { type CatalogFixture, startCatalog } from '../integration/support-catalog.ts'

/**
 * Reports against catalogued studies. The full form: VNA_LINK_STUDIES=1000000 VNA_LINK_REPORTS=100000.
 * Half of the studies state the codice fiscale, half a local number that the cross-reference resolves; reports name a UID,
 * an accession number with or without issuer, or nothing but patient and day; one in ten names what is not there.
 */
const studies = Number(process.env.VNA_LINK_STUDIES ?? 20_000)
const reports = Number(process.env.VNA_LINK_REPORTS ?? 2_000)
const studiesPerPatient = 4
/** Prime, so that the studies reported on lie everywhere. */
const stride = 10_007
const countersMs = 2_500
const loadTimeoutMs = 30 * 60_000
const bigTables = ['studies', 'study_keys', 'patients', 'identities', 'reports', 'report_keys', 'links', 'link_history']
const issuer = '1.2.826.0.1.3680043.8.498.77'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
  // By a session that ends: its counters are written then, and not while others are being measured.
  const loader = openDatabase({ url: fixture.url, applicationName: 'bench', maxConnections: 1 })
  await load(loader.sql)
  await loader.close()
}, loadTimeoutMs)
afterAll(() => fixture.stop())

async function load(sql: Sql): Promise<void> {
  const run = async (text: string) => {
    await sql.begin(async (tx) => {
      await tx.unsafe('set local statement_timeout = 0')
      await tx.unsafe(text)
    })
  }
  const people = Math.ceil(studies / studiesPerPatient)
  await run(`
    insert into entities (code, kind, name, status) values ('ASST-A', 'EEP', 'A', 'active');
    insert into issuers (value) values ('${codiceFiscaleIssuer}'), ('entity:ASST-A');
    insert into patients (issuer_id, identifier)
      select (select id from issuers where value = '${codiceFiscaleIssuer}'), 'CF' || n from generate_series(1, ${people}) n
      union all
      select (select id from issuers where value = 'entity:ASST-A'), 'L' || n from generate_series(1, ${people}) n;
    insert into identities (issuer_id, identifier, resolved_issuer, resolved_identifier, source, updated_at)
      select p.issuer_id, p.identifier, '${codiceFiscaleIssuer}', p.identifier, 'bench', now()
      from patients p join issuers i on i.id = p.issuer_id where i.value = '${codiceFiscaleIssuer}';
    insert into identities (issuer_id, identifier, national_id, root_id, resolved_issuer, resolved_identifier, source, updated_at)
      select (select id from issuers where value = 'entity:ASST-A'), 'L' || substr(t.identifier, 3), t.id, t.id,
        '${codiceFiscaleIssuer}', t.identifier, 'bench', now() from identities t;
    insert into studies (patient_id, first_received_at, last_received_at, first_pack_id, first_offset_blocks,
        number_of_series, number_of_instances, owner_entity_id, state, study_instance_uid, modalities, study_date,
        accession_number, issuer_of_accession)
      select p.id, now(), now(), 1, 0, 1, 1, (select id from entities), 1, '1.2.840.' || n, 'CT',
        to_char(date '2020-01-01' + (n % 2000)::int, 'YYYYMMDD'), 'A' || n, '${issuer}'
      from generate_series(1, ${studies}) n
        join patients p on p.identifier = (case when n % 2 = 0 then 'CF' else 'L' end) || (1 + n % ${people});
    insert into study_keys (study_instance_uid, kind, value, issuer)
      select study_instance_uid, 'accession', accession_number, issuer_of_accession from studies`)
  await run(`
    insert into reports (id, received_at, due_at, size_bytes, origin, source, format, state, unique_id, document_key,
        content_type, sha256, facts)
      select md5('r' || n)::uuid, now(), now(), 1000, 'fse', 'http', 'cda2', 'current', 'R' || n, 'k', 'text/xml',
        sha256(n::text::bytea), jsonb_build_object('format', 'cda2', 'uniqueId', 'R' || n, 'replaces', '[]'::jsonb,
          'appends', '[]'::jsonb,
          'patientIdentifiers', jsonb_build_array(jsonb_build_object('value', 'CF' || (1 + n % ${people}),
            'issuer', '${codiceFiscaleIssuer}')),
          'studyInstanceUids', case when n % 10 in (0, 1, 2) then jsonb_build_array('1.2.840.' || n) else '[]'::jsonb end,
          'accessions', case when n % 10 in (3, 4, 5) then jsonb_build_array(jsonb_build_object('value', 'A' || n,
              'issuer', '${issuer}'))
            when n % 10 = 6 then jsonb_build_array(jsonb_build_object('value', 'A' || n))
            when n % 10 = 9 then jsonb_build_array(jsonb_build_object('value', 'NONE' || n)) else '[]'::jsonb end,
          'placerOrders', '[]'::jsonb, 'fillerOrders', '[]'::jsonb, 'prescriptions', '[]'::jsonb,
          'modalities', '["CT"]'::jsonb, 'procedureCodes', '[]'::jsonb,
          'examDate', to_char(date '2020-01-01' + (n % 2000)::int, 'YYYYMMDD'))
      from (select 1 + (n * ${stride}::bigint) % ${studies} as n
        from generate_series(1, ${reports}) n) s
      on conflict do nothing;
    insert into report_keys (report_id, kind, value, issuer)
      select id, 'patient', facts -> 'patientIdentifiers' -> 0 ->> 'value', '${codiceFiscaleIssuer}' from reports`)
  await sql.unsafe('set statement_timeout = 0')
  // Not the empty ones: PostgreSQL plans a table it has never looked at as one that will fill.
  await sql.unsafe('vacuum analyze studies, study_keys, patients, identities, reports, report_keys, issuers, entities')
}

/** Counters reach the view when a session ends, or seconds later: what stands still is whole. */
async function sequentialScans(sql: Sql): Promise<Readonly<Record<string, number>>> {
  for (let known = ''; ; ) {
    const rows = await sql<{ relname: string; scans: number }[]>`
      select relname, seq_scan as scans from pg_stat_user_tables where schemaname = 'public' order by relname`
    const counts = Object.fromEntries(
      rows.filter(({ relname }) => bigTables.includes(relname)).map(({ relname, scans }) => [relname, scans]),
    )
    if (JSON.stringify(counts) === known) return counts
    known = JSON.stringify(counts)
    await new Promise((resolve) => setTimeout(resolve, countersMs))
  }
}

function percentile(sorted: readonly number[], part: number): number {
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 10) / 10
}

describe(`${reports} reports against ${studies} studies`, () => {
  it('are linked by indexes only', { timeout: loadTimeoutMs }, async () => {
    const { database, healthRecord } = fixture
    const durations: number[] = []
    const evaluateReport: typeof healthRecord.reports.evaluateReport = async (id, rules) => {
      const since = performance.now()
      const done = await healthRecord.reports.evaluateReport(id, rules)
      durations.push(performance.now() - since)
      return done
    }
    const logger = createLogger({ service: 'linker', level: 'silent' })
    const evaluator = createEvaluator({
      healthRecord: { reports: { ...healthRecord.reports, evaluateReport } },
      logger,
    })
    const before = await sequentialScans(database.sql)
    const since = performance.now()
    const count = await evaluator.evaluateDue(new AbortController().signal)
    const seconds = (performance.now() - since) / 1000
    const after = await sequentialScans(database.sql)
    durations.sort((a, b) => a - b)
    const states = await database.sql<{ state: string; tier: string; count: number }[]>`
      select state, tier, count(*)::int as count from links group by state, tier order by state, tier`
    process.stdout.write(
      `${count} reports against ${studies} studies: ${Math.round(count / seconds)} reports/s, ` +
        `p50 ${percentile(durations, 0.5)} ms, p99 ${percentile(durations, 0.99)} ms; ` +
        `${states.map((row) => `${row.state} ${row.tier}: ${row.count}`).join(', ')}\n`,
    )
    expect(count).toBe(durations.length)
    expect(count).toBeGreaterThan(reports * 0.9)
    expect(after, 'no sequential scan').toEqual(before)
    const linked = states.filter(({ state }) => state === 'LINKED').reduce((sum, row) => sum + row.count, 0)
    expect(linked).toBeGreaterThan(count * 0.6)
    expect(states.every(({ state }) => state !== 'REJECTED_CONFLICT')).toBe(true)
  })

  it('find their candidates without reading a whole table', async () => {
    const { sql } = fixture.database
    const text = candidateStatement({
      facts: {
        studyInstanceUids: ['1.2.840.17'],
        accessions: [{ value: 'A21', issuer }, { value: 'A22' }],
        placerOrders: [{ value: 'P1' }],
        fillerOrders: [],
        prescriptions: [],
      },
      identifiers: [{ issuer: codiceFiscaleIssuer, identifier: 'CF7' }],
      days: { from: '20200101', to: '20200115' },
      furtherStudyUids: [],
    })
    const plan = await sql.unsafe<{ 'QUERY PLAN': string }[]>(`explain ${text.toString()}`, text.params)
    const scanned = plan
      .map((row) => /Seq Scan on (\w+)/.exec(row['QUERY PLAN'])?.[1])
      .filter((name) => name !== undefined)
    expect(scanned.filter((name) => bigTables.includes(name))).toEqual([])
  })
})
