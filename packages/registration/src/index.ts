export {
  type ArchivedSegment,
  type ArchivingFaultPoint,
  type ArchivingParts,
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
export { type RebuildParts, type RebuiltCatalog, rebuildCatalog } from './rebuild-catalog.ts'
export {
  type FailedPack,
  type RegisteredPacks,
  type RegisterPacksParts,
  registerPacks,
  registerPacksLimits,
} from './register-packs.ts'
export { rebuildSidecar, registerStoredPack, type StoredPackParts } from './register-stored-pack.ts'
export { type DescribedPack, type PackRegistrar, registrationOf } from './registration-of.ts'
