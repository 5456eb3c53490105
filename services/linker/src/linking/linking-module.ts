import { defaultLinkingOptions } from '@vna/fse'
import { BodyBudget } from '../intake/body-budget.ts'
import { receiveInstanceReports } from '../intake/instance-reports.ts'
import { mountIntakeRoutes } from '../intake/intake-routes.ts'
import type { IntakeDependencies } from '../intake/receive-report.ts'
import { ReportParser } from '../intake/report-parser.ts'
import type { LinkerDependencies, LinkerModule } from '../linker-dependencies.ts'
import { createEvaluator, type Evaluator } from './evaluator.ts'
import { mountReportRoutes } from './report-routes.ts'

const linkIntervalMs = 500
const closeLimitMs = 1_000

export interface LinkingModule extends LinkerModule {
  readonly evaluator: Evaluator
  /** For whoever takes reports in another way than by HTTP. */
  readonly intake: IntakeDependencies
}

/** Reports come in, are linked with studies, read and decided upon. */
export function createLinkingModule(dependencies: LinkerDependencies): LinkingModule {
  const { catalog, healthRecord, store, logger, reach, config } = dependencies
  const evaluator = createEvaluator({
    healthRecord,
    logger,
    rules: { linking: defaultLinkingOptions, liveSince: config.liveSince?.replaceAll('-', '') },
    receiveReportsOf: (studyInstanceUid) => receiveInstanceReports({ catalog, healthRecord, store }, studyInstanceUid),
  })
  const parser = new ReportParser()
  const intake: IntakeDependencies = { catalog, healthRecord, store, reach, parser, evaluator }
  const budget = new BodyBudget()
  return {
    evaluator,
    intake,
    mount: (router) => {
      mountIntakeRoutes(router, { ...dependencies, ...intake, budget })
      mountReportRoutes(router, { ...dependencies, evaluator })
    },
    tasks: [{ name: 'link reports', intervalMs: linkIntervalMs, run: (signal) => evaluator.evaluateDue(signal) }],
    phases: [{ name: 'report parsers', limitMs: closeLimitMs, run: () => parser.close() }],
  }
}
