export { type AckCode, type AckErrorCode, ackErrorCodes, encodeAck } from './ack.ts'
export { usualDelimiters } from './delimiters.ts'
export { escapeHl7, unescapeHl7 } from './escapes.ts'
export { Hl7Error, type Hl7ErrorCode, type Hl7ErrorDetails } from './hl7-error.ts'
export {
  componentOf,
  type Hl7Message,
  type Hl7Repetition,
  type Hl7Segment,
  parseHl7Message,
  repetitionsOf,
  segmentsNamed,
  valueAt,
} from './hl7-message.ts'
export { type Hl7Header, headerOf } from './message-type.ts'
export { encodeMllp, MllpDecoder } from './mllp.ts'
