import type { ReportFacts } from '@vna/fse'
import type { ReportState } from './report.ts'

/** Another version of the same report, as it is known already. */
export interface ChainMember {
  readonly id: string
  readonly state: ReportState
  readonly version: number | null
  readonly createdAt: string | null
  readonly receivedAt: Date
  readonly isHidden: boolean
  /**
   * How it is connected: it is replaced by the new one, replaces it, has its unique id, its set id, or what carried it. Where
   * all versions share one name, corrections do not say which version they replace: times tell.
   */
  readonly relation: 'replaced' | 'replacing' | 'corrected' | 'correcting' | 'same-id' | 'same-set' | 'same-carrier'
}

interface Arriving {
  readonly facts: Pick<ReportFacts, 'version' | 'createdAt' | 'withdrawn'>
  readonly receivedAt: Date
}

/**
 * What an arriving version is, and which of the known ones it ends: versions may come in any order. It is as hidden as the
 * version whose place it takes, or that has taken its own: a correction shows nobody what was hidden.
 */
export function placeInChain(
  { facts, receivedAt }: Arriving,
  members: readonly ChainMember[],
): {
  readonly state: ReportState
  readonly isHidden: boolean
  readonly ends: readonly string[]
  readonly endsAs: ReportState
} {
  const isWithdrawn = facts.withdrawn === true
  const successors = members.filter((member) => isNewer(member, facts, receivedAt))
  const earlier = members.filter((member) => !successors.includes(member))
  // Those replaced before go too: what is reported anew inherits nothing from what was wrong.
  const ends = earlier.filter(({ state }) => state === 'current' || (isWithdrawn && state === 'superseded'))
  const state = stateOf(isWithdrawn, successors)
  const isHidden = [...ends, ...successors].some((member) => member.isHidden)
  return { state, isHidden, ends: ends.map(({ id }) => id), endsAs: isWithdrawn ? 'withdrawn' : 'superseded' }
}

function stateOf(isWithdrawn: boolean, successors: readonly ChainMember[]): ReportState {
  if (isWithdrawn || successors.some(({ state }) => state === 'withdrawn')) return 'withdrawn'
  return successors.length > 0 ? 'superseded' : 'current'
}

/** Whether a known version comes after the given one. */
export function isNewer(member: ChainMember, facts: Arriving['facts'], receivedAt: Date): boolean {
  switch (member.relation) {
    case 'replacing':
      return true
    case 'replaced':
      return false
    // Message and document keep their own times.
    case 'same-carrier':
    case 'same-id':
      return member.receivedAt > receivedAt
    case 'corrected':
      return isNewerInSet(member, facts) ?? false
    case 'correcting':
      return isNewerInSet(member, facts) ?? true
    case 'same-set':
      return isNewerInSet(member, facts) ?? member.receivedAt > receivedAt
  }
}

/** By number, else by time; `undefined` where neither tells. */
function isNewerInSet(member: ChainMember, facts: Arriving['facts']): boolean | undefined {
  if (member.version !== null && facts.version !== undefined && member.version !== facts.version) {
    return member.version > facts.version
  }
  if (member.createdAt !== null && facts.createdAt !== undefined && member.createdAt !== facts.createdAt) {
    return member.createdAt > facts.createdAt
  }
  return undefined
}
