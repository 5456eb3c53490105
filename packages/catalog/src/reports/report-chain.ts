import type { ReportFactsRecord, ReportState } from './report.ts'

/** Another version of the same report, as it is known already. */
export interface ChainMember {
  readonly id: string
  readonly state: ReportState
  readonly version: number | null
  readonly createdAt: string | null
  readonly receivedAt: Date
  /** How it is connected: it is replaced by the new one, replaces it, has its unique id, or its set id. */
  readonly relation: 'replaced' | 'replacing' | 'same-id' | 'same-set'
}

interface Arriving {
  readonly facts: Pick<ReportFactsRecord, 'version' | 'createdAt' | 'withdrawn'>
  readonly receivedAt: Date
}

/** What an arriving version is, and which of the known ones it ends: versions may come in any order. */
export function placeInChain(
  { facts, receivedAt }: Arriving,
  members: readonly ChainMember[],
): { readonly state: ReportState; readonly ends: readonly string[]; readonly endsAs: ReportState } {
  const successors = members.filter((member) => isNewer(member, facts, receivedAt))
  const ends = members.filter((member) => !successors.includes(member) && member.state === 'current')
  const state = stateOf(facts.withdrawn === true, successors)
  return { state, ends: ends.map(({ id }) => id), endsAs: facts.withdrawn === true ? 'withdrawn' : 'superseded' }
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
    case 'same-id':
      return member.receivedAt > receivedAt
    case 'same-set':
      return isNewerInSet(member, facts, receivedAt)
  }
}

function isNewerInSet(member: ChainMember, facts: Arriving['facts'], receivedAt: Date): boolean {
  if (member.version !== null && facts.version !== undefined && member.version !== facts.version) {
    return member.version > facts.version
  }
  if (member.createdAt !== null && facts.createdAt !== undefined && member.createdAt !== facts.createdAt) {
    return member.createdAt > facts.createdAt
  }
  return member.receivedAt > receivedAt
}
