import type { ManifestRow } from '@vna/record'
import type { RegistryEntry } from '../registry/registry.ts'

/** What is known of a study when the next step is chosen. */
export interface PublicationFacts {
  /** Of the study as it is now. */
  readonly contentHash: string
  /** Registered by our record, and built but not known to be registered; the newest of each. */
  readonly current: ManifestRow | undefined
  readonly built: ManifestRow | undefined
  readonly newestVersion: number
  /** What the registry holds of all our manifests of this study; absent: it was not asked, or cannot be. */
  readonly entries: readonly RegistryEntry[] | undefined
}

export type PublicationStep =
  /** The registry agrees. */
  | { readonly kind: 'settle' }
  /** An entry there that ought not to be current. */
  | { readonly kind: 'withdraw'; readonly reference: string }
  /** It was registered, but the answer was lost. */
  | { readonly kind: 'adopt'; readonly manifest: ManifestRow; readonly kos: string; readonly fhir: string }
  /** The registry lost it. */
  | { readonly kind: 'reopen'; readonly manifest: ManifestRow }
  /** It was built from what the study no longer is. */
  | { readonly kind: 'drop'; readonly manifest: ManifestRow }
  | { readonly kind: 'build'; readonly version: number }
  | {
      readonly kind: 'submit'
      readonly manifest: ManifestRow
      readonly replaces: { readonly kos: string; readonly fhir: string } | undefined
    }

/** The one next step towards one current manifest that says what the study is. Pure. */
export function planPublication(facts: PublicationFacts): PublicationStep {
  const { contentHash, current, built, entries, newestVersion } = facts
  if (entries !== undefined) {
    const step = compareWithRegistry(facts, entries)
    if (step !== undefined) return step
  }
  if (built !== undefined) {
    if (built.contentHash !== contentHash) return { kind: 'drop', manifest: built }
    return { kind: 'submit', manifest: built, replaces: replacedBy(current, entries) }
  }
  if (current?.contentHash === contentHash) return { kind: 'settle' }
  return { kind: 'build', version: newestVersion + 1 }
}

/** What our record and the registry say differently, one thing at a time. */
function compareWithRegistry(
  { contentHash, current, built }: PublicationFacts,
  entries: readonly RegistryEntry[],
): PublicationStep | undefined {
  const builtThere = pairOf(built, entries)
  if (built !== undefined && builtThere !== undefined) return { kind: 'adopt', manifest: built, ...builtThere }
  const currentThere = pairOf(current, entries)
  // One format alone is no registration; and of two current manifests only one is right.
  const keep = currentThere === undefined ? undefined : current
  const extra = entries.find(({ manifestUid }) => manifestUid !== keep?.manifestUid)
  if (extra !== undefined) return { kind: 'withdraw', reference: extra.reference }
  const isLost = current !== undefined && currentThere === undefined
  return isLost && built === undefined && current.contentHash === contentHash
    ? { kind: 'reopen', manifest: current }
    : undefined
}

function pairOf(
  manifest: ManifestRow | undefined,
  entries: readonly RegistryEntry[],
): { readonly kos: string; readonly fhir: string } | undefined {
  const reference = (format: 'kos' | 'fhir') =>
    entries.find((entry) => entry.manifestUid === manifest?.manifestUid && entry.format === format)?.reference
  const [kos, fhir] = [reference('kos'), reference('fhir')]
  return kos === undefined || fhir === undefined ? undefined : { kos, fhir }
}

/** What the registry says is there where it was asked, else what we noted. */
function replacedBy(
  current: ManifestRow | undefined,
  entries: readonly RegistryEntry[] | undefined,
): { readonly kos: string; readonly fhir: string } | undefined {
  if (entries !== undefined) return pairOf(current, entries)
  const { kosReference: kos, fhirReference: fhir } = current ?? {}
  return kos === undefined || fhir === undefined ? undefined : { kos, fhir }
}
