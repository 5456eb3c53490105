import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CatalogFixture, type SampleInstance, samplePack, startCatalog } from './support-catalog.ts'

/** What a row costs in PostgreSQL, tables and indexes: the promise is under 400 bytes an instance of a large study. */
const maxBytesInLargeStudies = 400
const maxBytesInSmallStudies = 1500

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())
beforeEach(async () => {
  // Not by delete, which leaves space that would be used again.
  await fixture.database.sql`truncate patients, studies, packs, instances cascade`
})

/** UIDs as long as devices make them. */
const root = '1.2.826.0.1.3680043.8.498.10386150474312345678901234567'

function instancesOf(count: number): SampleInstance[] {
  return Array.from({ length: count }, (_, index) => ({
    study: `${root}0`,
    series: `${root}${1 + Math.floor((3 * index) / count)}`,
    sop: `${root}.${index}`,
    patient: { id: 'PID1234567', otherIds: [], name: 'COGNOME^NOME DI PERSONA', birthDate: '19800101', sex: 'F' },
    studyHeader: {
      date: '20261120',
      time: '101500.123',
      accessionNumber: 'ACC1234567',
      id: '1234',
      description: 'TC TORACE SENZA E CON MDC',
      referringPhysicianName: 'BIANCHI^GIUSEPPE',
    },
    seriesHeader: {
      modality: 'CT',
      number: 1 + Math.floor((3 * index) / count),
      description: 'Torace 1.25 mm LUNG',
      bodyPart: 'CHEST',
      protocolName: '5.1 TORACE',
      stationName: 'CT01',
      institutionName: 'Ospedale di Prova',
    },
  }))
}

/** Makes copies of the one registered study in SQL, as registering each would take minutes. */
async function cloneStudy(copies: number): Promise<void> {
  const { sql } = fixture.database
  // Digits that no two copies share, in the place of the last seventeen.
  const digits = (text: string) =>
    `left(${text}, length(${text}) - 17) || translate(left(md5(g || ${text}), 17), 'abcdef', '135790')`
  await sql.unsafe(`
    insert into patients (issuer_id, identifier) select issuer_id, 'PID' || 2000000 + g * 7919 % 1000000
      from patients, generate_series(1, ${copies}) g;
    insert into packs (size_bytes, sealed_at, folder_id, journal_id, number_of_instances, segment_id, digest)
      select size_bytes, sealed_at, folder_id, journal_id, number_of_instances,
        '20261124T1' || to_char(g, 'FM00000000') || '-' || id || '-a1b2c3d4', digest
      from packs, generate_series(1, ${copies}) g order by g;
    insert into studies (patient_id, first_received_at, last_received_at, first_pack_id, first_offset_blocks,
      number_of_series, number_of_instances, owner_entity_id, study_instance_uid, modalities, study_date, study_time,
      accession_number, patient_name, patient_name_folded, patient_birth_date, patient_sex, referring_physician,
      referring_physician_folded, study_id, description)
      select patient_id + g, first_received_at + g * interval '1 minute', last_received_at, first_pack_id,
        first_offset_blocks, number_of_series, number_of_instances, owner_entity_id, ${digits('study_instance_uid')},
        modalities, to_char('2021-01-01'::date + g % 2000, 'YYYYMMDD'), study_time, 'ACC' || 2000000 + g * 7919 % 1000000,
        patient_name || g, left(md5(g::text), 12) || '^nome di persona', patient_birth_date, patient_sex,
        referring_physician, referring_physician_folded, study_id, description
      from studies, generate_series(1, ${copies}) g order by g;
    insert into series (study_id, number_of_instances, uid_hash, series_number, series_instance_uid, modality,
      description, body_part, station_name, institution_name, protocol_name)
      select study_id + g, number_of_instances, hashtext(g || series_instance_uid), series_number,
        ${digits('series_instance_uid')}, modality, description, body_part, station_name, institution_name, protocol_name
      from series, generate_series(1, ${copies}) g order by g;
    insert into instances (study_id, series_id, pack_id, length_bytes, received_at, sop_hash, offset_blocks,
      data_set_offset, seq, instance_number, number_of_frames, rows, columns, version, sop_class_id, transfer_syntax_id,
      entity_id, flags, bits_allocated, study_header_no, series_header_no, current, sop_instance_uid, sha256)
      select study_id + g, series_id, pack_id, length_bytes, received_at, hashtext(g || sop_instance_uid), offset_blocks,
        data_set_offset, seq, instance_number, number_of_frames, rows, columns, version, sop_class_id,
        transfer_syntax_id, entity_id, flags, bits_allocated, study_header_no, series_header_no, current,
        ${digits('sop_instance_uid')}, sha256
      from instances, generate_series(1, ${copies}) g order by g, seq`)
}

async function bytesUsed(): Promise<number> {
  const { sql } = fixture.database
  await sql`vacuum`
  const [row] = await sql<{ bytes: number }[]>`
    select sum(pg_table_size(oid) + pg_indexes_size(oid))::int8 as bytes from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'`
  return row?.bytes ?? 0
}

async function bytesPerInstance(perStudy: number, copies: number): Promise<number> {
  await fixture.catalog.registerPack(samplePack(instancesOf(perStudy)))
  const before = await bytesUsed()
  await cloneStudy(copies)
  const [row] = await fixture.database.sql<{ count: number }[]>`select count(*)::int as count from instances`
  expect(row?.count).toBe(perStudy * (copies + 1))
  return ((await bytesUsed()) - before) / (perStudy * copies)
}

describe('bytes of PostgreSQL per instance', () => {
  it('are few in studies of 300', async () => {
    const bytes = await bytesPerInstance(300, 100)
    expect(bytes).toBeGreaterThan(200)
    expect(bytes).toBeLessThan(maxBytesInLargeStudies)
  })

  it('are bounded in studies of one', async () => {
    const bytes = await bytesPerInstance(1, 20_000)
    expect(bytes).toBeGreaterThan(600)
    expect(bytes).toBeLessThan(maxBytesInSmallStudies)
  })
})
