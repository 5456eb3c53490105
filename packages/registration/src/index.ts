export {
  type ArchivedSegment,
  type ArchivingDependencies,
  type ArchivingFaultPoint,
  type ArchivingStage,
  archiveSegment,
  archivingFaultPoints,
  type SegmentOrigin,
} from './archive-segment.ts'
export { type Filing, fileInstance, type QuarantineReason } from './file-instance.ts'
export {
  type AppliedLedger,
  applyLedger,
  applyLedgerEvent,
  createLedgerShipper,
  type LedgerTargets,
  readShippedAnchors,
  type ShipLedger,
  type ShippedAnchors,
} from './ledger.ts'
export { type RebuildDependencies, type RebuiltCatalog, rebuildCatalog } from './rebuild-catalog.ts'
export {
  type FailedPack,
  type RegisteredPacks,
  type RegisterPacksDependencies,
  registerPacks,
  registerPacksLimits,
} from './register-packs.ts'
export { rebuildSidecar, registerStoredPack, type StoredPackDependencies } from './register-stored-pack.ts'
export { type DescribedPack, type PackRegistrar, registrationOf } from './registration-of.ts'
