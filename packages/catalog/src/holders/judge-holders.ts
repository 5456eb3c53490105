import { type Arrival, compareArrivals } from '../versions/current-version.ts'

/** What a header says of its patient, with the identifiers that those of the header are known to stand for. */
export interface HolderPerson {
  readonly identifiers: readonly { readonly value: string; readonly issuer: string }[]
  readonly name: string | undefined
  readonly birthDate: string | undefined
  readonly sex: string | undefined
}

/** Whether two headers speak of one person; the rule is the health record's. */
export type SamePerson = (a: HolderPerson, b: HolderPerson) => 'same' | 'different' | 'unknown'

/** One holder of a study, from its packs and the ledger alone. */
export interface HolderFacts {
  readonly entityId: number
  readonly first: Arrival
  readonly person: HolderPerson
  /** When its earliest order of this study came: one that names the study, or the accession number of its header. */
  readonly orderedAtMs: number | undefined
}

export interface StudyProofs {
  /** UID roots that the Study Instance UID begins with, and whose they are, holders or not. */
  readonly roots: readonly { readonly entityId: number; readonly root: string }[]
  /** Of the first manifest that was registered. */
  readonly published: { readonly atMs: number; readonly patient: { value: string; issuer: string } } | undefined
}

export type OriginatorProof = 'none' | 'published' | 'order' | 'uid-root'
export type Agreement = 'originator' | 'same' | 'unknown' | 'different'

export interface HolderJudgement {
  readonly originatorId: number
  readonly proof: OriginatorProof
  readonly agreements: ReadonlyMap<number, Agreement>
}

/**
 * Whose study it is, and whose instances may stand beside the originator's. The UID root proves it, then an order that came
 * before any instance; of a study whose UID root is another's, all holders are importers, and their orders prove nothing. Without
 * proof it is the one published first, and before that the one that came first. Pure: packs and ledger in any order say the same.
 */
export function judgeHolders(
  holders: readonly HolderFacts[],
  proofs: StudyProofs,
  samePerson: SamePerson,
): HolderJudgement {
  const byArrival = [...holders].sort((a, b) => compareArrivals(a.first, b.first))
  const earliest = byArrival[0]
  if (earliest === undefined) throw new RangeError('a study has a holder')
  const { originator, proof } = byRoot(byArrival, proofs) ??
    byOrder(byArrival, proofs) ??
    byPublication(byArrival, proofs) ?? { originator: earliest, proof: 'none' as const }
  const agreements = byArrival.map(({ entityId, person }): [number, Agreement] => [
    entityId,
    entityId === originator.entityId ? 'originator' : samePerson(originator.person, person),
  ])
  return { originatorId: originator.entityId, proof, agreements: new Map(agreements) }
}

interface Proven {
  readonly originator: HolderFacts
  readonly proof: OriginatorProof
}

function byRoot(holders: readonly HolderFacts[], { roots }: StudyProofs): Proven | undefined {
  const longest = Math.max(0, ...roots.map(({ root }) => root.length))
  const owners = new Set(roots.filter(({ root }) => root.length === longest).map(({ entityId }) => entityId))
  const originator = holders.find(({ entityId }) => owners.has(entityId))
  return originator === undefined ? undefined : { originator, proof: 'uid-root' }
}

/** An order comes before the exam: one told after the first instance may be told because of it. */
function byOrder(holders: readonly HolderFacts[], { roots }: StudyProofs): Proven | undefined {
  if (roots.length > 0) return undefined
  const firstMs = holders[0]?.first.receivedAtMs ?? 0
  const ordered = holders
    .flatMap((holder) => (holder.orderedAtMs === undefined ? [] : [{ holder, atMs: holder.orderedAtMs }]))
    .filter(({ atMs }) => atMs < firstMs)
    .sort((a, b) => a.atMs - b.atMs)
  const originator = ordered[0]?.holder
  return originator === undefined ? undefined : { originator, proof: 'order' }
}

/** Whoever came before the first manifest and has its patient; where the patient is another by now, whoever came first of them. */
function byPublication(holders: readonly HolderFacts[], { published }: StudyProofs): Proven | undefined {
  if (published === undefined) return undefined
  const before = holders.filter(({ first }) => first.receivedAtMs <= published.atMs)
  const isPatient = ({ person }: HolderFacts) =>
    person.identifiers.some(
      ({ value, issuer }) => value === published.patient.value && issuer === published.patient.issuer,
    )
  const originator = before.find(isPatient) ?? before[0]
  return originator === undefined ? undefined : { originator, proof: 'published' }
}
