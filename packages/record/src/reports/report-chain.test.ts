import { describe, expect, it } from 'vitest'
import { reportIdOf } from './report.ts'
import { type ChainMember, isNewer, placeInChain } from './report-chain.ts'

const noon = new Date('2026-11-24T12:00:00Z')
const member = (more: Partial<ChainMember>): ChainMember => ({
  ...{ id: 'other', state: 'current', version: null, createdAt: null, receivedAt: new Date(0), relation: 'same-set' },
  isHidden: false,
  ...more,
})
const place = (facts: Parameters<typeof placeInChain>[0]['facts'], ...members: readonly ChainMember[]) => {
  const { state, ends } = placeInChain({ facts, receivedAt: noon }, members)
  return `${state} ${ends.join(' ')}`.trim()
}

describe('what is hidden', () => {
  const isHidden = (...members: readonly ChainMember[]) =>
    placeInChain({ facts: {}, receivedAt: noon }, members).isHidden

  it.each([
    ['hands it on to what replaces it', true, member({ relation: 'replaced', isHidden: true })],
    ['and to what it has replaced', true, member({ relation: 'replacing', isHidden: true })],
    [
      'but not past a version that is shown',
      false,
      member({ relation: 'replaced', state: 'superseded', isHidden: true }),
    ],
    ['and what is shown hides nothing', false, member({ relation: 'replaced' })],
  ])('%s', (_name, expected, known) => {
    expect(isHidden(known)).toBe(expected)
  })
})

describe('a version of a report', () => {
  it.each([
    ['alone is current', {}, [], 'current'],
    ['ends what it replaces', {}, [member({ relation: 'replaced' })], 'current other'],
    ['is ended by what replaces it, whenever that came', {}, [member({ relation: 'replacing' })], 'superseded'],
    ['ends the bytes before it under its name', {}, [member({ relation: 'same-id' })], 'current other'],
    [
      'is ended by bytes after it under its name',
      {},
      [member({ relation: 'same-id', receivedAt: new Date(noon.getTime() + 1) })],
      'superseded',
    ],
    ['counts by its number', { version: 1 }, [member({ version: 2 })], 'superseded'],
    [
      'counts by its time where numbers are equal',
      { version: 1, createdAt: '20260101000000' },
      [member({ version: 1, createdAt: '20250101000000' })],
      'current other',
    ],
    ['counts by arrival where nothing else tells', {}, [member({})], 'current other'],
    ['that is withdrawn is so', { withdrawn: true }, [], 'withdrawn'],
    [
      'before a withdrawn one is withdrawn too',
      {},
      [member({ relation: 'replacing', state: 'withdrawn' })],
      'withdrawn',
    ],
    [
      'that is withdrawn counts by arrival against what a message carried',
      { withdrawn: true, version: 1, createdAt: '20200101000000' },
      [member({ relation: 'same-carrier', version: 2, createdAt: '20260101000000' })],
      'withdrawn other',
    ],
    [
      'that is withdrawn ends also replaced ones',
      { withdrawn: true },
      [member({ state: 'superseded' })],
      'withdrawn other',
    ],
    [
      'that is withdrawn ends none that came after',
      { withdrawn: true, version: 1 },
      [member({ version: 2 })],
      'withdrawn',
    ],
    [
      'with the one name of all versions comes before its correction',
      {},
      [member({ relation: 'correcting', receivedAt: new Date(0) })],
      'superseded',
    ],
    [
      'with the one name of all versions ends a correction of earlier times',
      { createdAt: '20260101130000' },
      [member({ relation: 'correcting', createdAt: '20260101110000' })],
      'current other',
    ],
    [
      'that corrects is ended by a later one with the one name',
      { createdAt: '20260101110000' },
      [member({ relation: 'corrected', createdAt: '20260101130000' })],
      'superseded',
    ],
    ['does not end one that ended', {}, [member({ relation: 'replaced', state: 'superseded' })], 'current'],
  ] as const)('%s', (_name, facts, members, expected) => {
    expect(place(facts, ...members)).toBe(expected)
  })

  it('that is withdrawn takes the others with it', () => {
    const { endsAs } = placeInChain({ facts: { withdrawn: true }, receivedAt: noon }, [member({ relation: 'same-id' })])
    expect(endsAs).toBe('withdrawn')
  })
})

describe('the id of a report', () => {
  it('is a UUID of version 8, equal for equal bytes of one origin only', () => {
    const id = reportIdOf({ origin: 'A', uniqueId: 'R', sha256: '00' })
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(reportIdOf({ origin: 'A', uniqueId: 'R', sha256: '00' })).toBe(id)
    for (const other of [{ origin: 'B' }, { uniqueId: 'S' }, { sha256: '01' }]) {
      expect(reportIdOf({ origin: 'A', uniqueId: 'R', sha256: '00', ...other })).not.toBe(id)
    }
  })
})

describe('which of two versions is the newer one', () => {
  const later = { receivedAt: new Date(noon.getTime() + 1) }
  const earlier = { receivedAt: new Date(noon.getTime() - 1) }
  const day = (createdAt: string) => ({ createdAt })

  type Facts = Parameters<typeof isNewer>[1]
  it.each<[string, boolean, Partial<ChainMember>, Facts]>([
    ['what replaces it', true, { relation: 'replacing', version: 1, ...earlier }, { version: 2 }],
    ['what it replaces', false, { relation: 'replaced', version: 3, ...later }, { version: 2 }],
    ['the same bytes later', true, { relation: 'same-id', version: 1, ...later }, { version: 2 }],
    ['the same bytes earlier', false, { relation: 'same-id', version: 3, ...earlier }, { version: 2 }],
    ['the same bytes at the same moment', false, { relation: 'same-id', receivedAt: noon }, {}],
    ['what came in the same carrier later', true, { relation: 'same-carrier', version: 1, ...later }, { version: 2 }],
    ['what it corrects, by its number', true, { relation: 'corrected', version: 3 }, { version: 2 }],
    ['what it corrects, where nothing tells', false, { relation: 'corrected', ...later }, {}],
    ['what corrects it, by its number', false, { relation: 'correcting', version: 1 }, { version: 2 }],
    ['what corrects it, where nothing tells', true, { relation: 'correcting', ...earlier }, {}],
    ['one of its set, by its number', true, { version: 3, ...earlier }, { version: 2 }],
    [
      'one of its set, by its number before its time',
      false,
      { version: 1, ...day('2026') },
      { version: 2, ...day('2025') },
    ],
    [
      'one of its set, by its time where numbers are equal',
      true,
      { version: 2, ...day('2026') },
      { version: 2, ...day('2025') },
    ],
    [
      'one of its set, by its time where it has no number',
      true,
      { version: null, ...day('2026'), ...earlier },
      { version: 2, ...day('2025') },
    ],
    [
      'one of its set, by its time where the other has no number',
      true,
      { version: 1, ...day('2026'), ...earlier },
      day('2025'),
    ],
    ['one of its set, of an earlier time', false, { ...day('2024'), ...later }, day('2025')],
    ['one of its set that has no time, by arrival', true, { createdAt: null, ...later }, day('2025')],
    ['one of its set beside one without a time, by arrival', false, { ...day('2026'), ...earlier }, {}],
    ['one of its set with its time, by arrival', true, { ...day('2025'), ...later }, day('2025')],
    ['one of its set at the same moment', false, { receivedAt: noon }, {}],
  ])('%s: %s', (_, expected, known, facts) => {
    expect(isNewer(member(known), facts, noon)).toBe(expected)
  })

  it('ends a version that was replaced already only when it is withdrawn', () => {
    const known = [
      member({ id: 'a', relation: 'replaced', state: 'superseded' }),
      member({ id: 'b', relation: 'replaced', state: 'withdrawn' }),
    ]
    expect(place({}, ...known)).toBe('current')
    expect(place({ withdrawn: true }, ...known)).toBe('withdrawn a')
  })
})
