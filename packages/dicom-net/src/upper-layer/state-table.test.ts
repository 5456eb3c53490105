import { describe, expect, it } from 'vitest'
import { actions, events, stateLabels, transitions, type UlEvent } from './state-table.ts'

const eventLabels = Object.keys(events) as UlEvent[]
const pduEvents: readonly UlEvent[] = ['Evt3', 'Evt4', 'Evt6', 'Evt10', 'Evt12', 'Evt13', 'Evt16', 'Evt19']
/** PDUs can only arrive while a transport connection is open. */
const connectedStates = stateLabels.filter((state) => state !== 'Sta1' && state !== 'Sta4')

describe('PS3.8 table 9-10', () => {
  it('has a row for every event and knows every action it names', () => {
    expect(Object.keys(transitions)).toEqual(eventLabels)
    for (const event of eventLabels) {
      for (const label of Object.values(transitions[event])) expect(Object.keys(actions)).toContain(label)
    }
  })

  it('answers every PDU in every state in which one can arrive', () => {
    for (const event of pduEvents) {
      expect(Object.keys(transitions[event]).sort()).toEqual([...connectedStates].sort())
    }
  })

  it('answers the loss of the connection in every state that has one', () => {
    expect(Object.keys(transitions.Evt17).sort()).toEqual(stateLabels.filter((state) => state !== 'Sta1').sort())
  })

  it('lets the user abort wherever there is an association or an attempt at one', () => {
    const none = ['Sta1', 'Sta2', 'Sta13']
    expect(Object.keys(transitions.Evt15).sort()).toEqual(stateLabels.filter((state) => !none.includes(state)).sort())
  })

  it('gives an unexpected PDU an abort, never silence, until the connection is to be closed', () => {
    for (const event of pduEvents) {
      for (const [state, label] of Object.entries(transitions[event])) {
        if (state === 'Sta13') expect(['AA-2', 'AA-6', 'AA-7']).toContain(label)
      }
    }
    const aborting = connectedStates.filter((state) => state !== 'Sta13')
    for (const state of aborting) expect(['AA-1', 'AA-8']).toContain(transitions.Evt19[state])
  })

  it('reaches every state and uses every action', () => {
    const used = new Set(eventLabels.flatMap((event) => Object.values(transitions[event])))
    expect([...used].sort()).toEqual(Object.keys(actions).sort())
    const reached = Object.values(actions).flatMap(({ next }) =>
      typeof next === 'string' ? [next] : (Object.values(next) as string[]),
    )
    expect([...new Set(reached)].sort()).toEqual([...stateLabels].sort())
  })

  it('runs ARTIM exactly in the states that wait for it', () => {
    expect(Object.keys(transitions.Evt18).sort()).toEqual(['Sta13', 'Sta2'])
    for (const action of Object.values(actions)) {
      const steps: readonly string[] = action.steps
      if (steps.includes('start-artim')) expect(['Sta2', 'Sta13']).toContain(action.next)
    }
  })
})
