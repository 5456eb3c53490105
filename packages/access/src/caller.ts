import type { UnknownReason } from './denial-reason.ts'
import type { Principal, Role } from './principal.ts'

/** Who asks: the bearer of a token, or whoever opened an association. */
export type Caller = TokenCaller | AssociationCaller

export interface TokenCaller {
  readonly kind: 'token'
  readonly principal: Principal
  /** False once the entity of the token is suspended, or when nobody registered it. */
  readonly isEntityActive?: boolean | undefined
}

/** Who is known by the connection alone: its certificate, its names, its address. */
export interface AssociationCaller {
  readonly kind: 'association'
  /** As the caller names itself: AE title, sending facility. */
  readonly name: string
  readonly address?: string | undefined
  /** The entity that it speaks for. */
  readonly entityCode?: string | undefined
  /** False once the entity was suspended. */
  readonly isEntityActive?: boolean | undefined
  /** A registered host, or this machine, that does not speak for one entity. */
  readonly isKnownHost?: boolean | undefined
  /** Why it is nobody we know; of one without an entity. */
  readonly unknownBecause?: UnknownReason | undefined
}

/** The rows of the table of rules: the roles of tokens, and what an association may be instead. */
export type CallerRole = Role | 'known-host' | 'nobody'

/** Text of a stranger's choice goes into the audit trail cut. */
const maxActorChars = 64

export function roleOf(caller: Caller): CallerRole {
  if (caller.kind === 'token') return caller.principal.role
  if (caller.entityCode !== undefined) return 'entity'
  return caller.isKnownHost === true ? 'known-host' : 'nobody'
}

export function entityCodeOf(caller: Caller): string | undefined {
  return caller.kind === 'token' ? caller.principal.entityCode : caller.entityCode
}

/** Who stands in the audit trail as the one who asked. */
export function actorOf(caller: Caller): string {
  return caller.kind === 'token' ? caller.principal.subject : caller.name.slice(0, maxActorChars)
}
