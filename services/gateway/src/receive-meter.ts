import type { IntakeOutcome } from '@vna/intake'
import type { Metrics, Protocol, ReceiveOutcome } from '@vna/runtime'

/** An association may go on for days: its transmission row names the first of its studies. */
const maxStudiesPerTransmission = 100

export type ReceiveObserver = (outcome: IntakeOutcome, lengthBytes: number) => void

/** Counts what arrives, by entity and protocol. */
export interface ReceiveMeter {
  /** `studyInstanceUids` collects the studies of one association or request. */
  observer(entityCode: string, protocol: Protocol, studyInstanceUids: Set<string>): ReceiveObserver
}

export function createReceiveMeter(metrics: Metrics): ReceiveMeter {
  return {
    observer: (entity, protocol, studyInstanceUids) => (outcome, lengthBytes) => {
      metrics.instancesReceived.inc({ entity, protocol, outcome: labelOf(outcome) })
      metrics.receivedBytes.inc({ entity, protocol }, lengthBytes)
      if (outcome.kind !== 'stored') return
      metrics.entityLastReceived.set({ entity }, Date.now() / 1000)
      if (outcome.studyInstanceUid !== undefined && studyInstanceUids.size < maxStudiesPerTransmission) {
        studyInstanceUids.add(outcome.studyInstanceUid)
      }
    },
  }
}

function labelOf(outcome: IntakeOutcome): ReceiveOutcome {
  if (outcome.kind === 'stored') return 'stored'
  return outcome.code === 'processing-failure' ? 'failed' : 'refused'
}
