import type { DimseOutcome, StoreSink } from '@vna/dicom-net'
import type { InstanceIntake, IntakeOutcome } from '@vna/intake'
import { storeStatus } from '@vna/intake'

export type IntakeObserver = (outcome: IntakeOutcome, lengthBytes: number) => void

/** A C-STORE's data set on its way into the journal: fragments are written before `write` returns (PS3.7 9.1.1). */
export function createStoreSink(intake: InstanceIntake, observe: IntakeObserver): StoreSink {
  return {
    write: (fragments) => intake.write(fragments),
    end: async (): Promise<DimseOutcome> => {
      const outcome = await intake.finish()
      observe(outcome, intake.lengthBytes)
      if (outcome.kind === 'stored') return { status: storeStatus.success }
      return { status: outcome.status, errorComment: outcome.comment }
    },
    abort: () => intake.abort(),
  }
}

/** Answers a C-STORE that is refused before its data set is read: the data set passes by unread. */
export function createRefusingSink(
  outcome: Extract<IntakeOutcome, { kind: 'refused' }>,
  observe: IntakeObserver,
): StoreSink {
  return {
    write: () => undefined,
    end: async () => {
      observe(outcome, 0)
      return { status: outcome.status, errorComment: outcome.comment }
    },
    abort: () => undefined,
  }
}
