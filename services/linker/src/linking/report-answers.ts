import type { Grant } from '@vna/access'
import type { LinkState } from '@vna/fse'
import type { Report, ReportLink, ReviewItem } from '@vna/record'

/** A report as clients see it: nothing of the patient. */
export function reportAnswer(report: Report) {
  const { documentKey: _key, studyInstanceUid, ...shown } = report
  return {
    ...withoutNull(shown),
    ...(studyInstanceUid !== null && { studyInstanceUid }),
    document: `/reports/${report.id}/document`,
  }
}

export function linkAnswer({ reportId, validFrom, ...link }: ReportLink) {
  return { reportId, ...withoutNull(link), since: validFrom }
}

export function reviewAnswer({ reportId, validFrom, ...item }: ReviewItem) {
  return { reportId, ...withoutNull(item), since: validFrom }
}

function withoutNull<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null)) as T
}

/** States of links that a caller is told of. */
export function linkStatesOf({ seesDoubtfulLinks }: Grant): readonly LinkState[] | undefined {
  return seesDoubtfulLinks === true ? undefined : ['LINKED']
}
