import type { DescribedInstance } from './prepared-instance.ts'
import type { CatalogQuarantineReason, QuarantinedInstance } from './register-pack-input.ts'

/** An instance that could have been catalogued, as an entry of the quarantine. */
export function setAside(
  { received }: Pick<DescribedInstance, 'received'>,
  reason: CatalogQuarantineReason,
): QuarantinedInstance {
  const { header, ...member } = received
  const { sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid } = header
  return { ...member, sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid, reason }
}
