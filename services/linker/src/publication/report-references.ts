import type { Predicate } from '@vna/catalog'
import { type ReportReferences, reportReferencesOf } from '@vna/fse'
import { getCaller, ProblemError } from '@vna/http'
import type { Request, Response } from 'express'
import { oneText, sendJson } from '../http/exchange.ts'
import type { LinkerDependencies } from '../linker-dependencies.ts'

const maxStudies = 20

/**
 * What a RIS puts into a report before it is signed: by `study`, or by `accession` (with `issuer`, with `patient`).
 * `cda=siss-sample-compat` for the form of the Ministry's sample.
 */
export async function answerReportReferences(
  dependencies: LinkerDependencies,
  request: Request,
  response: Response,
): Promise<void> {
  const asked = askedOf(request)
  const object = {
    resource: 'report-references',
    studyInstanceUid: asked.study,
    byAccession: asked.accession !== undefined,
  }
  const { predicate } = await dependencies.access.authorize(getCaller(request), { kind: 'search' }, object)
  const uids = await studiesOf(dependencies, asked, predicate)
  const found: ReportReferences[] = []
  for (const uid of uids) {
    const study = await dependencies.healthRecord.publications.readManifestStudy(uid, predicate)
    if (study === undefined || !isOfPatient(study.patient.identifiers, asked)) continue
    const requests = study.requests.length > 0 ? study : await withAccession(dependencies, uid, predicate)
    if (requests !== undefined) found.push(reportReferencesOf(requests, { cda: asked.cda }))
  }
  if (found.length === 0) throw new ProblemError('not-found', 'there is no such study')
  sendJson(response, {
    studies: found.flatMap(({ studies }) => studies),
    cdaSection: found[0]?.cdaSection,
    cdaSections: found.map(({ cdaSection }) => cdaSection),
  })
}

interface Asked {
  readonly study: string | undefined
  readonly accession: string | undefined
  readonly issuer: string | undefined
  readonly patient: string | undefined
  readonly cda: 'siss-sample-compat' | undefined
}

function askedOf(request: Request): Asked {
  const [study, accession] = [oneText(request, 'study'), oneText(request, 'accession')]
  if ((study === undefined) === (accession === undefined)) {
    throw new ProblemError('bad-request', 'give either study or accession')
  }
  const cda = oneText(request, 'cda')
  if (cda !== undefined && cda !== 'siss-sample-compat') throw new ProblemError('bad-request', 'cda has no such form')
  return { study, accession, issuer: oneText(request, 'issuer'), patient: oneText(request, 'patient'), cda }
}

async function studiesOf(
  { healthRecord }: LinkerDependencies,
  asked: Asked,
  predicate: Predicate,
): Promise<readonly string[]> {
  if (asked.study !== undefined) return [asked.study]
  const { accession = '', issuer } = asked
  return healthRecord.publications.findStudiesByAccession({ accession, issuer, limit: maxStudies }, predicate)
}

/** A report of a study without a number carries the one that is made for it (MADO, absent case). */
async function withAccession({ healthRecord, config }: LinkerDependencies, uid: string, predicate: Predicate) {
  await healthRecord.publications.ensureAccession(uid, config.accessionIssuerOid)
  return healthRecord.publications.readManifestStudy(uid, predicate)
}

function isOfPatient(identifiers: readonly { readonly value: string }[], { patient }: Asked): boolean {
  return patient === undefined || identifiers.some(({ value }) => value === patient)
}
