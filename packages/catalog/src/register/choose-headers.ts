import type { Transaction } from '@vna/database'
import type { StudyAttributes } from '../header/study-attributes.ts'
import { replacePatientIdentifiers } from '../patients/replace-patient-identifiers.ts'
import { updateSeriesHeaders } from '../series/update-series-headers.ts'
import { type DefiningHeader, findDefiningHeaders } from '../studies/find-defining-headers.ts'
import type { NumberedHeader } from './header-numbers.ts'
import { requireAllInserted } from './lost-dictionary.ts'
import { hasSeveralHeaders, type StudyContext } from './study-context.ts'

/** Which header the study shows now; series whose header changes are updated on the way. */
export async function chooseHeaders(tx: Transaction, context: StudyContext): Promise<NumberedHeader<StudyAttributes>> {
  const { study, studyHeaders, seriesHeaders } = context
  const shown = { no: study.headerNo, header: study.attributes }
  if (!hasSeveralHeaders(context)) return shown
  const severalSeries = [...seriesHeaders.values()].filter(({ numbers }) => numbers.isSeveral)
  const defining = await findDefiningHeaders(tx, study.id, study.ownerEntityId)
  await updateSeriesHeaders(tx, study.id, seriesUpdates(severalSeries, defining))
  const no = defining.find(({ seriesId }) => seriesId === 0)?.no ?? shown.no
  const header = studyHeaders.headerOf(no)
  if (no === shown.no || header === undefined) return shown
  const identifiers = await replacePatientIdentifiers(tx, study.id, header.otherIdentifiers)
  requireAllInserted(identifiers, header.otherIdentifiers.length)
  return { no, header }
}

type SeriesContext = StudyContext['seriesHeaders'] extends ReadonlyMap<string, infer Value> ? Value : never

function seriesUpdates(contexts: readonly SeriesContext[], defining: readonly DefiningHeader[]) {
  return contexts.flatMap(({ series, numbers }) => {
    const headerNo = defining.find(({ seriesId }) => seriesId === series.id)?.no ?? series.headerNo
    const attributes = numbers.headerOf(headerNo)
    return headerNo === series.headerNo || attributes === undefined ? [] : { id: series.id, headerNo, attributes }
  })
}
