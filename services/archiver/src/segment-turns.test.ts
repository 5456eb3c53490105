import { describe, expect, it } from 'vitest'
import { SegmentTurns } from './segment-turns.ts'

const taken = (turns: SegmentTurns, count: number) => Array.from({ length: count }, () => turns.take())

describe('the turns of segments', () => {
  it('go round the entities, and by time within one', () => {
    const turns = new SegmentTurns()
    for (let n = 1; n <= 6_000; n++) turns.add('A', `a${n}`)
    turns.add('B', 'b1')
    turns.add('B', 'b2')
    turns.add('C', 'c1')
    expect(taken(turns, 6)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
    turns.add('B', 'b3')
    expect(taken(turns, 3)).toEqual(['a4', 'b3', 'a5'])
    expect(turns.waiting).toBe(6_000 - 5)
  })

  it('come once for each segment until it is forgotten, then again behind the others', () => {
    const turns = new SegmentTurns()
    turns.add('A', 'a1')
    turns.add('A', 'a1')
    turns.add('A', 'a2')
    expect(turns.take()).toBe('a1')
    turns.add('A', 'a1')
    expect(turns.isKnown('a1')).toBe(true)
    turns.forget('a1')
    turns.add('A', 'a1')
    expect(taken(turns, 3)).toEqual(['a2', 'a1', undefined])
    turns.begin('a9')
    turns.add('A', 'a9')
    expect([turns.take(), turns.waiting]).toEqual([undefined, 0])
  })

  it('are remembered up to a limit', () => {
    const turns = new SegmentTurns()
    for (let n = 0; !turns.isFull; n++) turns.add('A', `a${n}`)
    const { waiting } = turns
    turns.add('B', 'b1')
    expect([turns.waiting, turns.isKnown('b1')]).toEqual([waiting, false])
  })
})
