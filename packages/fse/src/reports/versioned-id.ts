/** Where a report that has one name for all its versions stands: before, at, or after its first final version, or gone. */
export type ReportStage = 'preliminary' | 'final' | 'changed' | 'withdrawn'

/**
 * A name of its own for each version of such a report. The final one has the plain name, so that it is found by it; a
 * correction adds the time (or number) of its making and replaces the final one; a preliminary one is marked, and so is
 * the word that takes all of them back.
 */
export function versionedIdOf(
  name: string,
  { stage, moment }: { readonly stage: ReportStage; readonly moment: string | undefined },
): { readonly uniqueId: string; readonly replaces: readonly string[] } {
  if (stage === 'final') return { uniqueId: name, replaces: [] }
  const mark = stage === 'withdrawn' ? stage : (moment ?? stage)
  return { uniqueId: `${name}#${mark}`, replaces: stage === 'changed' ? [name] : [] }
}
