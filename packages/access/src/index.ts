export {
  AccessControl,
  type AccessDependencies,
  type AccessObject,
  type EntryOfAllowed,
  type Grant,
  openAccess,
} from './access-control.ts'
export { AccessError, type AccessErrorCode } from './access-error.ts'
export { type Action, type ActionKind, actionKinds } from './action.ts'
export { type AuditAction, type AuditOutcome, type AuditRecord, AuditTrail, auditLimits } from './audit-trail.ts'
export { Authenticator } from './authenticator.ts'
export type { AssociationCaller, Caller, TokenCaller } from './caller.ts'
export { type Decision, decide } from './decide.ts'
export type { DenialReason, UnknownReason } from './denial-reason.ts'
export { type Principal, type Purpose, purposes, type Role, roles } from './principal.ts'
export { refusalLimits } from './refusal-log.ts'
export { openSigningKey, type SigningKey } from './signing-key.ts'
export { type StandingLimits, standingLimits, TokenStandings } from './token-standings.ts'
export { bearerOf, issueToken, type TokenRequest, tokenLimits, verifyToken } from './tokens.ts'
