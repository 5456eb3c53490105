export { ArchiveError, type ArchiveErrorCode, type ArchiveErrorDetails } from './archive-error.ts'
export { type AdoptedJournal, adoptJournal, listAdoptedJournals } from './journal/adopt-journal.ts'
export { type FaultPoint, type FaultPoints, faultPoints } from './journal/fault-points.ts'
export type { CommittedInstance, InstanceWriter } from './journal/instance-writer.ts'
export { type Clock, type Journal, type OpenJournalOptions, openJournal } from './journal/journal.ts'
export { type JournalFileSystem, nodeJournalFileSystem } from './journal/journal-file-system.ts'
export {
  findJournalId,
  findSealedSegment,
  findSegmentEntity,
  listSealedSegmentIds,
  listSealedSegments,
  removeSealedSegment,
  type SealedSegment,
} from './journal/journal-folder.ts'
export type { BeginOptions, JournalLane, LaneOptions } from './journal/journal-lane.ts'
export { defaultJournalLimits, type JournalLimits } from './journal/journal-limits.ts'
export type { JournalPressure } from './journal/journal-pressure.ts'
export type { RecoveredSegment } from './journal/recovery.ts'
export {
  type AsideNote,
  type AsideSegment,
  listSegmentsAside,
  returnSegment,
  setSegmentAside,
} from './journal/segments-aside.ts'
export type { LedgerEntry, LedgerEvent, LedgerLine, LedgerObject, LedgerPosition } from './ledger/ledger-object.ts'
export { LedgerWriter } from './ledger/ledger-writer.ts'
export type { PersonValues } from './ledger/persons-object.ts'
export {
  type LedgerPerson,
  type LedgerReading,
  type LedgerVerification,
  readLedger,
  readLedgerObjects,
  verifyLedger,
} from './ledger/read-ledger.ts'
export { isJournalId, isSegmentId, packKeyOf, parsePackKey, sidecarKeyOf } from './pack-keys.ts'
export { memberHeaderBytes } from './segment/member-header.ts'
export {
  createBytesReader,
  openFileReader,
  type RangeReader,
  readExactly,
} from './segment/range-reader.ts'
export {
  packDigestOf,
  readMember,
  readSegment,
  type SegmentMember,
  verifyMember,
  verifyPack,
} from './segment/read-segment.ts'
export { type BuiltSidecar, buildSidecar, type DescribedSegment, type SidecarProblem } from './sidecar/build-sidecar.ts'
export { readSidecar, type Sidecar, type SidecarRecord, sidecarInstancesOf } from './sidecar/read-sidecar.ts'
export {
  type FrameTable,
  frameCountOf,
  frameOf,
  maxInlineBytes,
  type SidecarEntry,
  type SidecarInstance,
  sidecarContentType,
} from './sidecar/sidecar-format.ts'
export type {
  ObjectSource,
  ObjectStore,
  ObjectStoreOperation,
  ObserveObjectStore,
  PutOptions,
  StoredObject,
} from './store/object-store.ts'
export { openConfiguredStore } from './store/open-configured-store.ts'
export { type OpenObjectStoreOptions, openObjectStore } from './store/open-object-store.ts'
export { configuredCredentials } from './store/s3/configured-credentials.ts'
export { defaultS3Limits, type S3Limits } from './store/s3/s3-limits.ts'
export type { S3Credentials } from './store/s3/s3-options.ts'
