export type { ListedTransmission, TransmissionFilter } from './list-transmissions.ts'
export { openBatchingRecorder } from './open-batching-recorder.ts'
export { openTransmissions, type TransmissionTable } from './open-transmissions.ts'
export { SpoolingRecorder } from './spooling-recorder.ts'
export type { KeyedTransmission, Transmission, TransmissionRecorder } from './transmission.ts'
export {
  type TransmissionOutcome,
  type TransmissionProtocol,
  type TransmissionReason,
  transmissionOutcomes,
  transmissionProtocols,
  transmissionReasonOf,
  transmissionReasons,
} from './vocabulary.ts'
