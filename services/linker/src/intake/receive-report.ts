import { createHash } from 'node:crypto'
import type { Grant } from '@vna/access'
import type { Predicate } from '@vna/catalog'
import { type ReceivedReport, type ReportSource, reportIdOf } from '@vna/record'
import type { LinkerDependencies } from '../linker-dependencies.ts'
import type { Evaluator } from '../linking/evaluator.ts'
import { assertPatient } from './assert-patient.ts'
import type { ReportParser } from './report-parser.ts'

export interface IntakeDependencies extends Pick<LinkerDependencies, 'catalog' | 'healthRecord' | 'store' | 'reach'> {
  readonly parser: ReportParser
  readonly evaluator: Evaluator
}

export interface ArrivingReport {
  readonly origin: string
  readonly source: ReportSource
  readonly contentType: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** What the sender may decide about: a report about another patient is refused, and so is one that replaces such a one. */
  readonly within: Predicate
}

/** Code of the entity in whose name a report was sent, or `fse`. */
export function originOf({ predicate }: Pick<Grant, 'predicate'>): string {
  return predicate.kind === 'entity' ? predicate.entityCode : 'fse'
}

/**
 * Reads, stores, registers and links one report. The document is stored before its row, so that a row always has one; the
 * same bytes again are the same report. Links that fail now are made by the next run.
 */
export async function receiveReport(
  dependencies: IntakeDependencies,
  arriving: ArrivingReport,
): Promise<ReceivedReport> {
  const { origin, contentType, source, within } = arriving
  const sha256 = createHash('sha256').update(arriving.bytes).digest('hex')
  const localPatientIssuer = origin === 'fse' ? undefined : `entity:${origin}`
  const order = { bytes: arriving.bytes, contentType, domains: { localPatientIssuer } }
  const { facts, bytes } = await dependencies.parser.parse(origin, order)
  if (within.kind === 'patient') await assertPatient(dependencies, facts, within)
  const receivedAt = new Date()
  const id = reportIdOf({ origin, uniqueId: facts.uniqueId, sha256 })
  const documentKey = await documentKeyOf(dependencies, id, receivedAt)
  await dependencies.store.put(
    documentKey,
    { bytes },
    { sizeBytes: bytes.length, contentType: storedTypeOf(contentType) },
  )
  dependencies.reach('report-document-stored')
  const report = {
    ...{ origin, source, contentType: storedTypeOf(contentType), documentKey, sizeBytes: bytes.length, sha256 },
    ...{ receivedAt, facts },
  }
  const reached = within.kind === 'patient' ? { ...within, includeHidden: true } : undefined
  const received = await dependencies.healthRecord.reports.receiveReport(report, { within: reached })
  dependencies.reach('report-registered')
  for (const one of received.isNew ? [received.id, ...received.ended.slice(0, maxEndedAtOnce)] : []) {
    await dependencies.evaluator.evaluateReport(one).catch(() => undefined)
  }
  return received
}

/** Earlier versions whose links end before the answer; the run sees to the others. */
const maxEndedAtOnce = 20

/** Of a report that is known already the document lies where it was put first. */
async function documentKeyOf({ healthRecord }: IntakeDependencies, id: string, at: Date): Promise<string> {
  const [known] = await healthRecord.reports.listReports({ id, limit: 1 }, { kind: 'all', includeHidden: true })
  return known?.documentKey ?? `reports/${at.toISOString().slice(0, 10).replaceAll('-', '/')}/${id}`
}

const maxContentTypeChars = 128

function storedTypeOf(contentType: string): string {
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  const isSound = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(mediaType)
  return isSound && mediaType.length <= maxContentTypeChars ? mediaType : 'application/octet-stream'
}
