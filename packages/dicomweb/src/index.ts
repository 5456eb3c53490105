export { covers, isAcceptable, type MediaRange, parseAccept } from './accept.ts'
export { DicomwebError, type DicomwebErrorCode, type DicomwebErrorDetails } from './dicomweb-error.ts'
export { type MediaType, parseContentType } from './media-type.ts'
export {
  type MultipartEvent,
  type MultipartLimits,
  MultipartRelatedParser,
  multipartLimits,
} from './multipart-parser.ts'
export { createBoundary, encodeClosingBoundary, encodePartHeader, multipartContentType } from './multipart-writer.ts'
export type { PartHeaders } from './part-headers.ts'
export {
  assertStoreResponseAcceptable,
  buildStoreResponse,
  dicomJsonMediaType,
  type StoreOutcome,
  type StoreResponse,
  storeFailureReasons,
  storeWarningReasons,
} from './store-response.ts'
