import { setTimeout as sleep } from 'node:timers/promises'
import { codiceFiscaleOid, type PhantomStudy } from '@vna/phantom'
import { CliError } from '../errors.ts'
import { adtMessageOf } from './adt-message.ts'
import { cdaReportOf } from './cda-report.ts'
import { sendMllp } from './send-mllp.ts'

const pollMs = 250
/** The quiet time of the demo's entities, archiving and registration, on a slow machine. */
const publicationLimitMs = 90_000
/** Lombardy's root of document identifiers. */
const documentRoot = '2.16.840.1.113883.2.9.2.30.4.4'

export interface DemoRecord {
  readonly resolvedPatients: number
  readonly reportId: string
  readonly linkState: string
  readonly linkTier: string
  readonly studyInstanceUid: string
  /** Query part of the searches that find the clinic's study by the citizen. */
  readonly patientQuery: string
  readonly manifests: number
}

export interface DemoRecordOptions {
  readonly baseUrl: string
  readonly fseToken: string
  readonly mllp: { readonly host: string; readonly port: number } | undefined
  /** Studies of the entity that knows its patients by its own numbers. */
  readonly localStudies: readonly PhantomStudy[]
  readonly localIssuer: string
  readonly facility: string
  readonly signal: AbortSignal
}

/**
 * What makes the archive more than a store: local numbers become citizens by ADT, a report finds its study, and manifests
 * are in the registry.
 */
export async function fillRecord(o: DemoRecordOptions): Promise<DemoRecord> {
  const [study] = o.localStudies
  if (study === undefined) throw new CliError('failed', 'the demo has no study with a local patient id')
  const messages = o.localStudies.map(({ patient }) =>
    adtMessageOf(patient, { localIssuer: o.localIssuer, facility: o.facility, at: new Date() }),
  )
  if (o.mllp !== undefined) await sendMllp({ ...o.mllp, messages })
  const cda = cdaReportOf(study, { root: documentRoot })
  const { id } = await postReport(o, cda)
  const link = await waitFor(o, `${o.baseUrl}/reports/${id}/studies`, linkOf)
  const patientQuery = `patient.identifier=urn:oid:${codiceFiscaleOid}|${study.patient.codiceFiscale}`
  const manifests = await waitFor(o, `${o.baseUrl}/fhir/DocumentReference?${encodeURI(patientQuery)}`, totalOf)
  return {
    resolvedPatients: o.mllp === undefined ? 0 : messages.length,
    reportId: id,
    linkState: link.state,
    linkTier: link.tier,
    studyInstanceUid: study.studyInstanceUid,
    patientQuery,
    manifests,
  }
}

async function postReport(o: DemoRecordOptions, cda: string): Promise<{ id: string }> {
  const response = await fetch(`${o.baseUrl}/reports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${o.fseToken}`, 'content-type': 'text/xml' },
    body: cda,
    signal: o.signal,
  })
  const body = (await response.json()) as { id?: unknown }
  if (!response.ok || typeof body.id !== 'string')
    throw new CliError('failed', `the report was answered ${response.status}`)
  return { id: body.id }
}

interface Link {
  readonly state: string
  readonly tier: string
}

function linkOf(body: unknown): Link | undefined {
  const [link] = (body as { links?: readonly Link[] }).links ?? []
  return link
}

function totalOf(body: unknown): number | undefined {
  const { total } = body as { total?: number }
  return total === 0 ? undefined : total
}

/** Asks until there is something to show. */
async function waitFor<T>(o: DemoRecordOptions, url: string, read: (body: unknown) => T | undefined): Promise<T> {
  const deadline = performance.now() + publicationLimitMs
  for (;;) {
    const response = await fetch(url, { headers: { authorization: `Bearer ${o.fseToken}` }, signal: o.signal })
    const found = response.ok ? read(await response.json()) : undefined
    if (found !== undefined) return found
    if (performance.now() > deadline)
      throw new CliError('failed', `nothing to show at ${new URL(url).pathname} in time`)
    await sleep(pollMs, undefined, { signal: o.signal })
  }
}
