import type { AccessError, ActionKind } from '@vna/access'
import { commandFields } from '@vna/dicom-net'

/** What each DIMSE service asks (PS3.7 9.1), by the command field of its request. */
export const actionOfService: ReadonlyMap<number, ActionKind> = new Map([
  [commandFields.cEchoRq, 'associate'],
  [commandFields.cStoreRq, 'store'],
])

/** A service that asks nobody must not be served: throws at the start of the gateway. */
export function assertServicesAsk(served: readonly number[]): void {
  const silent = served.filter((commandField) => !actionOfService.has(commandField))
  if (silent.length > 0) throw new Error(`nobody says what the DIMSE services ${silent.join(', ')} ask`)
}

/** PS3.8 9.3.4: rejected-permanent by the service user. */
const callingAeTitleNotRecognized = { result: 1, source: 1, reason: 3 } as const
const calledAeTitleNotRecognized = { result: 1, source: 1, reason: 7 } as const

/** The rejection that a refused association is answered with. A suspended entity is not told from an unknown caller. */
export function rejectionOf({ reason }: AccessError) {
  return reason === 'called-name-unknown' ? calledAeTitleNotRecognized : callingAeTitleNotRecognized
}
