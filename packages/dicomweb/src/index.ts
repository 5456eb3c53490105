export { covers, isAcceptable, type MediaRange, parseAccept } from './accept.ts'
export { type BulkDataStep, maxBulkDataPathDepth, parseBulkDataPath } from './bulk-data-path.ts'
export { bulkDataToken, replaceBulkDataToken } from './bulk-data-token.ts'
export { type FrameForm, frameFormOf, octetStreamMediaType } from './bulk-media-types.ts'
export { DicomwebError, type DicomwebErrorCode, type DicomwebErrorDetails } from './dicomweb-error.ts'
export { maxFramesPerRequest, parseFrameList } from './frame-list.ts'
export { type MediaType, parseContentType } from './media-type.ts'
export { mediaTypeOfSyntax } from './media-type-of-syntax.ts'
export {
  type MultipartEvent,
  type MultipartLimits,
  MultipartRelatedParser,
  multipartLimits,
} from './multipart-parser.ts'
export { createBoundary, encodeClosingBoundary, encodePartHeader, multipartContentType } from './multipart-writer.ts'
export { type BulkSelection, negotiateBulkData, negotiateFrames, negotiateMetadata } from './negotiate-bulk.ts'
export {
  acceptedRanges,
  dicomMediaType,
  explicitVrLittleEndianUid,
  type InstanceEncoding,
  type InstanceSelection,
  multipartRelatedMediaType,
  negotiateInstances,
  type Packaging,
  type StoredTransferSyntax,
} from './negotiate-instances.ts'
export type { PartHeaders } from './part-headers.ts'
export {
  assertPathUid,
  parseQidoRequest,
  type QidoLimits,
  type QidoRequest,
  type QidoResource,
  qidoLimits,
} from './qido-request.ts'
export {
  assertStoreResponseAcceptable,
  buildStoreResponse,
  dicomJsonMediaType,
  type StoreOutcome,
  type StoreResponse,
  storeFailureReasons,
  storeWarningReasons,
} from './store-response.ts'
