/** The DICOM upper layer state machine as data: PS3.8 tables 9-1 to 9-10, with the standard's own labels. */

/** PS3.8 tables 9-1 to 9-5. */
export const states = {
  Sta1: 'Idle',
  Sta2: 'Transport connection open (awaiting A-ASSOCIATE-RQ PDU)',
  Sta3: 'Awaiting local A-ASSOCIATE response primitive',
  Sta4: 'Awaiting transport connection opening to complete',
  Sta5: 'Awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ PDU',
  Sta6: 'Association established and ready for data transfer',
  Sta7: 'Awaiting A-RELEASE-RP PDU',
  Sta8: 'Awaiting local A-RELEASE response primitive',
  Sta9: 'Release collision requestor side; awaiting A-RELEASE response primitive',
  Sta10: 'Release collision acceptor side; awaiting A-RELEASE-RP PDU',
  Sta11: 'Release collision requestor side; awaiting A-RELEASE-RP PDU',
  Sta12: 'Release collision acceptor side; awaiting A-RELEASE response primitive',
  Sta13: 'Awaiting transport connection close indication',
} as const
export type State = keyof typeof states
export const stateLabels = Object.keys(states) as State[]

/** Rows of PS3.8 table 9-10. */
export const events = {
  Evt1: 'A-ASSOCIATE request primitive',
  Evt2: 'Transport connect confirmation',
  Evt3: 'A-ASSOCIATE-AC PDU',
  Evt4: 'A-ASSOCIATE-RJ PDU',
  Evt5: 'Transport connection indication',
  Evt6: 'A-ASSOCIATE-RQ PDU',
  Evt7: 'A-ASSOCIATE response primitive (accept)',
  Evt8: 'A-ASSOCIATE response primitive (reject)',
  Evt9: 'P-DATA request primitive',
  Evt10: 'P-DATA-TF PDU',
  Evt11: 'A-RELEASE request primitive',
  Evt12: 'A-RELEASE-RQ PDU',
  Evt13: 'A-RELEASE-RP PDU',
  Evt14: 'A-RELEASE response primitive',
  Evt15: 'A-ABORT request primitive',
  Evt16: 'A-ABORT PDU',
  Evt17: 'Transport connection closed indication',
  Evt18: 'ARTIM timer expired',
  Evt19: 'Unrecognized or invalid PDU received',
} as const
export type UlEvent = keyof typeof events

/** The single steps that actions are made of. */
export type Step =
  | 'open-transport'
  | 'close-transport'
  | 'start-artim'
  | 'stop-artim'
  | 'send-associate-rq'
  | 'send-associate-ac'
  | 'send-associate-rj'
  | 'send-p-data'
  | 'send-release-rq'
  | 'send-release-rp'
  | 'send-abort-user'
  | 'send-abort-provider'
  | 'indicate-associate'
  | 'confirm-accept'
  | 'confirm-reject'
  | 'indicate-p-data'
  | 'indicate-release'
  | 'confirm-release'
  | 'indicate-abort'
  | 'indicate-p-abort'

/** A next state that depends: on the request (AE-6) or on the side (AR-8). */
export type Next =
  | State
  | { readonly acceptable: State; readonly otherwise: State }
  | { readonly requestor: State; readonly acceptor: State }

export interface Action {
  readonly steps: readonly Step[]
  readonly next: Next
}

/** PS3.8 tables 9-6 to 9-9. */
export const actions = {
  'AE-1': { steps: ['open-transport'], next: 'Sta4' },
  'AE-2': { steps: ['send-associate-rq'], next: 'Sta5' },
  'AE-3': { steps: ['confirm-accept'], next: 'Sta6' },
  'AE-4': { steps: ['confirm-reject', 'close-transport'], next: 'Sta1' },
  'AE-5': { steps: ['start-artim'], next: 'Sta2' },
  // Not acceptable to the service provider: A-ASSOCIATE-RJ and ARTIM instead of the indication.
  'AE-6': { steps: ['stop-artim', 'indicate-associate'], next: { acceptable: 'Sta3', otherwise: 'Sta13' } },
  'AE-7': { steps: ['send-associate-ac'], next: 'Sta6' },
  'AE-8': { steps: ['send-associate-rj', 'start-artim'], next: 'Sta13' },
  'DT-1': { steps: ['send-p-data'], next: 'Sta6' },
  'DT-2': { steps: ['indicate-p-data'], next: 'Sta6' },
  'AR-1': { steps: ['send-release-rq'], next: 'Sta7' },
  'AR-2': { steps: ['indicate-release'], next: 'Sta8' },
  'AR-3': { steps: ['confirm-release', 'close-transport'], next: 'Sta1' },
  'AR-4': { steps: ['send-release-rp', 'start-artim'], next: 'Sta13' },
  'AR-5': { steps: ['stop-artim'], next: 'Sta1' },
  'AR-6': { steps: ['indicate-p-data'], next: 'Sta7' },
  'AR-7': { steps: ['send-p-data'], next: 'Sta8' },
  'AR-8': { steps: ['indicate-release'], next: { requestor: 'Sta9', acceptor: 'Sta10' } },
  'AR-9': { steps: ['send-release-rp'], next: 'Sta11' },
  'AR-10': { steps: ['confirm-release'], next: 'Sta12' },
  'AA-1': { steps: ['send-abort-user', 'start-artim'], next: 'Sta13' },
  'AA-2': { steps: ['stop-artim', 'close-transport'], next: 'Sta1' },
  'AA-3': { steps: ['indicate-abort', 'close-transport'], next: 'Sta1' },
  'AA-4': { steps: ['indicate-p-abort'], next: 'Sta1' },
  'AA-5': { steps: ['stop-artim'], next: 'Sta1' },
  'AA-6': { steps: [], next: 'Sta13' },
  'AA-7': { steps: ['send-abort-provider'], next: 'Sta13' },
  'AA-8': { steps: ['send-abort-provider', 'indicate-p-abort', 'start-artim'], next: 'Sta13' },
} as const satisfies Record<string, Action>
export type ActionLabel = keyof typeof actions

/**
 * PS3.8 table 9-10, cell by cell; '-' is a blank cell, an event that cannot happen in that state: a PDU while no
 * transport connection is open, a primitive of ours at the wrong time, a timer that does not run.
 */
const table = `
        Sta1  Sta2  Sta3  Sta4  Sta5  Sta6  Sta7  Sta8  Sta9  Sta10 Sta11 Sta12 Sta13
  Evt1  AE-1  -     -     -     -     -     -     -     -     -     -     -     -
  Evt2  -     -     -     AE-2  -     -     -     -     -     -     -     -     -
  Evt3  -     AA-1  AA-8  -     AE-3  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
  Evt4  -     AA-1  AA-8  -     AE-4  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
  Evt5  AE-5  -     -     -     -     -     -     -     -     -     -     -     -
  Evt6  -     AE-6  AA-8  -     AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
  Evt7  -     -     AE-7  -     -     -     -     -     -     -     -     -     -
  Evt8  -     -     AE-8  -     -     -     -     -     -     -     -     -     -
  Evt9  -     -     -     -     -     DT-1  -     AR-7  -     -     -     -     -
  Evt10 -     AA-1  AA-8  -     AA-8  DT-2  AR-6  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
  Evt11 -     -     -     -     -     AR-1  -     -     -     -     -     -     -
  Evt12 -     AA-1  AA-8  -     AA-8  AR-2  AR-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
  Evt13 -     AA-1  AA-8  -     AA-8  AA-8  AR-3  AA-8  AA-8  AR-10 AR-3  AA-8  AA-6
  Evt14 -     -     -     -     -     -     -     AR-4  AR-9  -     -     AR-4  -
  Evt15 -     -     AA-1  AA-2  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  -
  Evt16 -     AA-2  AA-3  -     AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-2
  Evt17 -     AA-5  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AR-5
  Evt18 -     AA-2  -     -     -     -     -     -     -     -     -     -     AA-2
  Evt19 -     AA-1  AA-8  -     AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
`

function readTable(text: string): Readonly<Record<UlEvent, Readonly<Partial<Record<State, ActionLabel>>>>> {
  const [columns = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const cellsOf = (cells: readonly string[]) =>
    Object.fromEntries(cells.map((cell, n) => [columns[n], cell]).filter(([, cell]) => cell !== '-'))
  return Object.freeze(Object.fromEntries(rows.map(([event, ...cells]) => [event, cellsOf(cells)]))) as Readonly<
    Record<UlEvent, Readonly<Partial<Record<State, ActionLabel>>>>
  >
}

export const transitions = readTable(table)
