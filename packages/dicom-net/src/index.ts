export { type Acceptor, type AcceptorOptions, createAcceptor, type ListenOptions } from './acceptor/acceptor.ts'
export type {
  AcceptedAssociation,
  AcceptorHost,
  AcceptorProvider,
  AssociationDecision,
  AssociationSummary,
  CStoreRq,
  PeerInfo,
  StoreSink,
} from './acceptor/host.ts'
export type { AssociationEnd, AssociationOutcome } from './association/association-core.ts'
export {
  type CommandSet,
  commandFields,
  encodeCommandSet,
  noDataSet,
  parseCommandSet,
  responseBit,
} from './dimse/command-set.ts'
export type { DataSetSource } from './dimse/message-writer.ts'
export {
  DimseFailure,
  type DimseOutcome,
  type DimseProvider,
  type IncomingOperation,
  type OperationReceiver,
  type PresentationContext,
} from './dimse/operation.ts'
export type { DimseResponse, OnPending, OutgoingRequest } from './dimse/own-requests.ts'
export { type DimseStatusClass, dimseStatus, dimseStatusClass } from './dimse/status.ts'
export { isUlError, UlError, type UlErrorCode, type UlErrorDetails } from './errors.ts'
export { defaultUlLimits, resolveLimits, type UlLimits } from './limits.ts'
export { encodePdu } from './pdu/encode-pdu.ts'
export {
  type AssociateAccept,
  type AssociateReject,
  type AssociateRequest,
  type ControlPdu,
  contextResults,
  dicomApplicationContextName,
  type ExtendedNegotiation,
  type PresentationContextResult,
  type ProposedPresentationContext,
  type RoleSelection,
  rejections,
  type UserInformation,
} from './pdu/pdu.ts'
export { type PduHandler, PduReader, type PdvPiece } from './pdu/pdu-reader.ts'
export { type RequestAssociationOptions, requestAssociation } from './requestor/request-association.ts'
export type { RequestorAssociation, StoreRequest, StoreResponse } from './requestor/requestor-association.ts'
export {
  certificateSubjectOf,
  type TlsClientOptions,
  type TlsServerOptions,
  tlsServerOptions,
} from './transport/tls-profile.ts'
export {
  implicitVrLittleEndianUid,
  type NegotiationPolicy,
  storageExtendedNegotiation,
  verificationSopClassUid,
} from './upper-layer/negotiation.ts'
