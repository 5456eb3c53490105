export { isPrivateTag, keywordOf, parseTag, tagOf, tagToHex, vrOf } from './dictionary.ts'
export { DicomError, type DicomErrorCode, type DicomErrorDetails } from './errors.ts'
export {
  type DicomJson,
  type DicomJsonElement,
  type DicomJsonValue,
  type PersonNameJson,
  serializeDicomJson,
} from './json/dicom-json.ts'
export {
  type CodedConcept,
  type InstanceAttributes,
  type InstanceHeader,
  instanceHeaderOf,
  instanceHeaderTags,
  type OtherPatientId,
  type PatientHeader,
  type SeriesHeader,
  type StudyHeader,
} from './json/instance-header.ts'
export {
  type CodedValue,
  codedValueOf,
  designatorOf,
  integerOf,
  itemsOf,
  personNameOf,
  textOf,
  textsOf,
} from './json/read-json.ts'
export { type DicomJsonOptions, toDicomJson } from './json/to-dicom-json.ts'
export { littleEndian } from './json/values.ts'
export { type WriteDicomJsonOptions, writeDicomJson } from './json/write-dicom-json.ts'
export {
  encodePart10Prefix,
  implementationClassUid,
  implementationVersionName,
  type Part10PrefixOptions,
} from './part10/encode-prefix.ts'
export {
  type FileMeta,
  maxFileMetaBytes,
  type Part10Prefix,
  Part10PrefixReader,
  parsePart10Prefix,
} from './part10/parse-prefix.ts'
export { type Match, parseMatch } from './query/match.ts'
export type { Query, QueryKey, QueryLevel } from './query/query.ts'
export { rewriteAsExplicitLittleEndian } from './rewrite/rewrite-stream.ts'
export { DataSetScanner, type ScannerOptions } from './scan/data-set-scanner.ts'
export { type Fragments, itemHeaderBytes } from './scan/fragment-list.ts'
export { type FrameLayout, frameLayout } from './scan/frame-layout.ts'
export type { InstanceIdentity } from './scan/identity.ts'
export { type ScanLimits, scanLimits } from './scan/limits.ts'
export type {
  ByteRange,
  PixelDataLayout,
  ScannedElement,
  ScannedItem,
  ScanResult,
} from './scan/scan-result.ts'
export {
  maxSecondOpinionBytes,
  readSecondOpinion,
  type SecondOpinion,
  type SecondOpinionElement,
} from './second-opinion.ts'
export { type StorageSopClass, storageSopClasses } from './storage-sop-classes.ts'
export { decodeText, parseCharsets } from './text/decode-text.ts'
export {
  deflatedExplicitVrLittleEndian,
  encodingOf,
  explicitVrBigEndian,
  explicitVrLittleEndian,
  findTransferSyntax,
  implicitVrLittleEndian,
  type TransferSyntax,
  type TransferSyntaxEncoding,
  transferSyntaxes,
} from './transfer-syntaxes.ts'
export { isStorableUid, isValidUid, maxUidLength } from './uids.ts'
export {
  type EncodableDataSet,
  type EncodableElement,
  type EncodeOptions,
  encodeDataSet,
} from './write/encode-data-set.ts'
export { encodeElementHeader } from './write/encode-header.ts'
