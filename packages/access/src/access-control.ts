import { AccessError } from './access-error.ts'
import { type Action, auditActions } from './action.ts'
import { AuditGuard } from './audit-guard.ts'
import { type AuditOutcome, AuditTrail } from './audit-trail.ts'
import { Authenticator } from './authenticator.ts'
import { type AssociationCaller, actorOf, type Caller, type TokenCaller } from './caller.ts'
import { type Decision, decide } from './decide.ts'
import type { DenialReason } from './denial-reason.ts'
import { type RefusalLimits, RefusalLog } from './refusal-log.ts'
import { openSigningKey } from './signing-key.ts'
import { type StandingOptions, TokenStandings } from './token-standings.ts'

/** What the action is about, for the audit trail: UIDs, names of keys, counts; never a value of a patient. */
export type AccessObject = Readonly<Record<string, unknown>>

/**
 * When the entry of an allowed action is written. `at-once`: before `authorize` resolves. `by-caller`: by `grant.record`,
 * before the first byte of the answer, because the entry tells what was found. `refusals-only`: never, for what is received
 * (its transmission is the record, also while the database is away) and for what is about nobody (metrics).
 */
export type EntryOfAllowed = 'at-once' | 'by-caller' | 'refusals-only'

/** What a caller was allowed. */
export interface Grant extends Omit<Extract<Decision, { allow: true }>, 'allow'> {
  /** Writes an entry about the action; `more` is added to its object. Throws AccessError('audit-unavailable'). */
  record(outcome: AuditOutcome, more?: AccessObject): Promise<void>
}

export interface AccessDependencies {
  readonly authenticator: Authenticator
  readonly standings: Pick<TokenStandings, 'find' | 'close'>
  readonly trail: Pick<AuditTrail, 'record' | 'close'>
  /** Told when the refusals of strangers cannot be written for now. */
  onTrouble(error: unknown): void
  readonly refusalLimits?: RefusalLimits | undefined
  readonly maxAuditWaitMs?: number | undefined
}

/** The one question of the archive, asked by every edge: may this caller do that? open → authorize()… → close(). */
export class AccessControl {
  readonly #authenticator: Authenticator
  readonly #standings: AccessDependencies['standings']
  readonly #trail: AccessDependencies['trail']
  readonly #guard: AuditGuard
  readonly #refusals: RefusalLog

  constructor({ authenticator, standings, trail, onTrouble, ...limits }: AccessDependencies) {
    this.#authenticator = authenticator
    this.#standings = standings
    this.#trail = trail
    this.#guard = new AuditGuard({ trail, maxWaitMs: limits.maxAuditWaitMs })
    this.#refusals = new RefusalLog({ trail, onTrouble, limits: limits.refusalLimits })
  }

  /**
   * Who bears the token of an Authorization header, and whether its entity still counts. A stranger, and who bears a revoked
   * token, is counted in the audit trail and gets an AccessError; `standing-unknown` where that cannot be told now.
   */
  async identify(
    authorization: string | undefined,
    asked: { readonly route: string; readonly peer: string | undefined },
  ): Promise<TokenCaller> {
    try {
      const principal = await this.#authenticator.authenticate(authorization)
      return { kind: 'token', principal, ...(await this.#standings.find(principal)) }
    } catch (error) {
      if (error instanceof AccessError) {
        this.#refusals.add({ action: 'sign-in', object: { reason: error.code, route: asked.route, peer: asked.peer } })
      }
      throw error
    }
  }

  /**
   * Decides, writes the entry, and says what the caller reaches. Throws AccessError: `forbidden` once that is in the audit
   * trail (of an association: counted there), `audit-unavailable` when the trail cannot take it in time.
   */
  async authorize(
    caller: Caller,
    action: Action,
    object: AccessObject,
    entry: EntryOfAllowed = 'at-once',
  ): Promise<Grant> {
    const decision = decide(caller, action)
    if (!decision.allow) throw await this.#refuse(caller, action, { object, reason: decision.reason })
    const { allow: _, ...scope } = decision
    const record = (outcome: AuditOutcome, more: AccessObject = {}): Promise<void> =>
      this.#record(caller, action, { outcome, object: { ...object, ...more } })
    if (entry === 'at-once') await record('allowed')
    return { ...scope, record }
  }

  /**
   * The same question about what comes over an association, where the answer cannot wait: allowed, or refused and counted in
   * the audit trail.
   */
  permits(caller: AssociationCaller, action: Action, object: AccessObject = {}): boolean {
    const decision = decide(caller, action)
    if (!decision.allow) this.#count(caller, action, { object, reason: decision.reason })
    return decision.allow
  }

  /** Writes the numbers that are still counted, then what waits. */
  async close(): Promise<void> {
    this.#refusals.flush()
    await Promise.all([this.#standings.close(), this.#trail.close()])
  }

  async #refuse(
    caller: Caller,
    action: Action,
    o: { readonly object: AccessObject; readonly reason: DenialReason },
  ): Promise<AccessError> {
    const { reason } = o
    if (caller.kind === 'token')
      await this.#record(caller, action, { outcome: 'denied', object: { ...o.object, reason } })
    else this.#count(caller, action, o)
    return new AccessError('forbidden', `not allowed: ${reason}`, { reason })
  }

  /** Who keeps sending over a connection is refused again and again, also while the database is away. */
  #count(
    caller: AssociationCaller,
    action: Action,
    { object, reason }: { readonly object: AccessObject; readonly reason: DenialReason },
  ): void {
    const { address: peer, entityCode: entity } = caller
    this.#refusals.add({
      actor: actorOf(caller),
      action: auditActions[action.kind],
      object: { ...object, reason, peer, entity },
    })
  }

  #record(
    caller: Caller,
    action: Action,
    o: { readonly outcome: AuditOutcome; readonly object: AccessObject },
  ): Promise<void> {
    const { outcome, object } = o
    const entry = { action: auditActions[action.kind], outcome }
    if (caller.kind === 'token') return this.#guard.record({ principal: caller.principal, ...entry, object })
    const { address: peer, entityCode: entity } = caller
    return this.#guard.record({ actor: actorOf(caller), ...entry, object: { ...object, peer, entity } })
  }
}

/** Access over the audit trail of a catalog and the key of an installation. */
export async function openAccess(
  o: Omit<AccessDependencies, 'authenticator' | 'standings' | 'trail'> & {
    readonly catalog: ConstructorParameters<typeof AuditTrail>[0] & StandingOptions['catalog']
    readonly keysFolder: string
    /** Of a receiver, which goes on without PostgreSQL. */
    readonly standingsFile?: string | undefined
  },
): Promise<AccessControl> {
  const { catalog, keysFolder, standingsFile: snapshotFile, ...rest } = o
  const standings = await TokenStandings.open({ catalog, snapshotFile, onTrouble: o.onTrouble })
  const authenticator = new Authenticator({ key: await openSigningKey(keysFolder) })
  return new AccessControl({ ...rest, authenticator, standings, trail: new AuditTrail(catalog) })
}
