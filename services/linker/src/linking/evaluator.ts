import { forEachLimited } from '@vna/flow'
import { defaultLinkingOptions } from '@vna/fse'
import type { Evaluation, EvaluationRules, HealthRecord } from '@vna/record'
import type { Logger } from '@vna/runtime'
import { daysAround } from './days-of.ts'
import { decideLinks, type LinkRules } from './decide-links.ts'

const evaluatorLimits = {
  /** Reports taken at once by a run; the others stay due. */
  batch: 20,
  concurrency: 4,
  leaseMs: 60_000,
  /** Reports of one study that are looked at before the study's evaluation ends; the others are left to the run. */
  maxReportsAtOnce: 50,
} as const

export interface EvaluatorDependencies {
  readonly healthRecord: Pick<HealthRecord, 'reports'>
  readonly logger: Logger
  readonly rules?: LinkRules | undefined
  /** Reports that came inside the study, looked for before its keys are. */
  readonly receiveReportsOf?: ((studyInstanceUid: string) => Promise<unknown>) | undefined
}

export interface Evaluator {
  /** Works out the links of one report now. */
  evaluateReport(id: string): Promise<Evaluation | undefined>
  /** A study is stable, or changed: its numbers are written down and the reports that may belong to it are looked at. */
  evaluateStudy(studyInstanceUid: string): Promise<void>
  /** Looks at the reports whose time has come; returns how many. */
  evaluateDue(signal: AbortSignal): Promise<number>
}

/** Links are worked out here and nowhere else. */
export function createEvaluator(dependencies: EvaluatorDependencies): Evaluator {
  const { healthRecord } = dependencies
  const rules = dependencies.rules ?? { linking: defaultLinkingOptions }
  const windowDays = rules.linking.contentWindowDays
  const evaluation: EvaluationRules = {
    daysOf: ({ examDate }) => daysAround(examDate, windowDays),
    decide: (context) => decideLinks(context, rules),
  }
  const evaluateReport = async (id: string): Promise<Evaluation | undefined> => {
    const done = await healthRecord.reports.evaluateReport(id, evaluation)
    alertConflicts(dependencies.logger, done)
    return done
  }
  return {
    evaluateReport,
    evaluateStudy: async (uid) => {
      await dependencies.receiveReportsOf?.(uid)
      const ids = (await healthRecord.reports.evaluateStudyKeys(uid, { windowDays })) ?? []
      await evaluateAll(ids.slice(0, evaluatorLimits.maxReportsAtOnce), evaluateReport)
    },
    evaluateDue: async (signal) => {
      let count = 0
      while (!signal.aborted) {
        const ids = await healthRecord.reports.takeDueReports({
          limit: evaluatorLimits.batch,
          leaseMs: evaluatorLimits.leaseMs,
        })
        await evaluateAll(ids, evaluateReport)
        count += ids.length
        if (ids.length < evaluatorLimits.batch) break
      }
      return count
    },
  }
}

/** A report of another patient under the number of a study: somebody has to know. UIDs and ids only. */
function alertConflicts(logger: Logger, done: Evaluation | undefined): void {
  for (const { reportId, studyInstanceUid, state } of done?.changes ?? []) {
    if (state === 'REJECTED_CONFLICT') {
      logger.warn({ report: reportId, study: studyInstanceUid }, 'a report names a study of another patient')
    }
  }
}

/** Every one is tried; the first failure is thrown when all are done. */
async function evaluateAll(ids: readonly string[], evaluate: (id: string) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = []
  await forEachLimited(ids, evaluatorLimits.concurrency, (id) =>
    evaluate(id).catch((error: unknown) => failures.push(error)),
  )
  if (failures.length > 0) throw failures[0]
}
