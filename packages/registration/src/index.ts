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
  readShippedAnchors,
  type ShipLedger,
  type ShippedAnchors,
} from './ledger.ts'
export { rebuildSidecar, registerStoredPack, type StoredPackParts } from './register-stored-pack.ts'
export { type DescribedPack, type PackRegistrar, registrationOf } from './registration-of.ts'
export { type ReindexParts, type ReindexResult, reindex } from './reindex.ts'
