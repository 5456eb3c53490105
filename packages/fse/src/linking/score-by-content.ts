import type { LinkEvidence, StudyFacts } from '../model/link.ts'
import type { ReportFacts } from '../model/report.ts'
import { compareDates } from './exam-window.ts'

/** What each agreement is worth; together 1. */
const weights = { date: 0.4, modality: 0.25, procedure: 0.25, facility: 0.1 } as const
/** A date within the window but not equal counts for half. */
const nearDateShare = 0.5

/** How well exam and study agree in date, modality, procedure and facility: 0 when the date is outside the window. */
export function scoreByContent(
  report: ReportFacts,
  study: StudyFacts,
  windowDays: number,
): { score: number; evidence: readonly LinkEvidence[] } {
  const date = compareDates(report.examDate, study.studyDate, windowDays)
  const modality = compareSets(report.modalities, study.modalities)
  const procedure = compareSets(report.procedureCodes.map(textOf), study.procedureCodes.map(textOf))
  const facility = compareSets(listOf(report.facility), listOf(study.facility))
  const evidence: LinkEvidence[] = [
    { key: 'exam-date', outcome: date },
    { key: 'modality', outcome: modality },
    { key: 'procedure', outcome: procedure },
    { key: 'facility', outcome: facility },
  ]
  if (date === 'outside-window' || date === 'absent' || modality === 'different') return { score: 0, evidence }
  const score =
    weights.date * (date === 'equal' ? 1 : nearDateShare) +
    (modality === 'equal' ? weights.modality : 0) +
    (procedure === 'equal' ? weights.procedure : 0) +
    (facility === 'equal' ? weights.facility : 0)
  return { score: Math.round(score * 100) / 100, evidence }
}

type SetVerdict = 'equal' | 'different' | 'absent'

function compareSets(a: readonly string[], b: readonly string[]): SetVerdict {
  if (a.length === 0 || b.length === 0) return 'absent'
  return a.some((value) => b.includes(value)) ? 'equal' : 'different'
}

function textOf({ code, system }: { code: string; system: string }): string {
  return `${system}|${code}`
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value]
}
