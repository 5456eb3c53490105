import { AccessError } from './access-error.ts'

export const roles = ['entity', 'fse', 'professional', 'citizen', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** Purposes of use that a token may carry (a part of the FSE's list). */
export const purposes = ['TREATMENT', 'PERSONAL', 'EMERGENCY'] as const
export type Purpose = (typeof purposes)[number]

/** Who asks, as a verified token says. */
export interface Principal {
  /** Unique per token. */
  readonly tokenId: string
  readonly subject: string
  readonly role: Role
  readonly entityCode?: string
  /** Codice fiscale of the patient the token is limited to. */
  readonly patient?: string
  readonly purpose?: Purpose
  readonly issuedAt: Date
  readonly expiresAt: Date
}

export interface PrincipalClaims {
  readonly subject: string
  readonly role: Role
  readonly entityCode?: string | undefined
  readonly patient?: string | undefined
  readonly purpose?: Purpose | undefined
}

/** Claims that belong together; throws AccessError('invalid-claims') with what is missing. */
export function checkClaims(claims: Readonly<Record<string, unknown>>): PrincipalClaims {
  const role = roles.find((known) => known === claims.role)
  if (role === undefined) throw new AccessError('invalid-claims', `the role is one of ${roles.join(', ')}`)
  const entityCode = optionalText(claims.entityCode, 'entity')
  const patient = optionalText(claims.patient, 'patient')
  const purpose = purposes.find((known) => known === claims.purpose)
  if (claims.purpose !== undefined && purpose === undefined) {
    throw new AccessError('invalid-claims', `the purpose is one of ${purposes.join(', ')}`)
  }
  if (role === 'entity' && entityCode === undefined) throw new AccessError('invalid-claims', 'an entity needs its code')
  if (!mayNamePatient({ role, patient })) {
    throw new AccessError('invalid-claims', `a token of role ${role} is not limited to a patient`)
  }
  if (role === 'citizen' && patient === undefined) throw new AccessError('invalid-claims', 'a citizen needs a patient')
  return {
    subject: optionalText(claims.subject, 'subject') ?? role,
    role,
    ...(entityCode === undefined ? {} : { entityCode }),
    ...(patient === undefined ? {} : { patient: patient.toUpperCase() }),
    ...(purpose === undefined ? {} : { purpose }),
  }
}

const rolesOfPatients: ReadonlySet<Role> = new Set(['fse', 'professional', 'citizen'])

/** Entities and those who run the archive answer for whole archives: a patient in their token would limit nothing they do. */
export function mayNamePatient({ role, patient }: Pick<PrincipalClaims, 'role' | 'patient'>): boolean {
  return patient === undefined || rolesOfPatients.has(role)
}

const maxClaimChars = 128

function optionalText(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.length > 0 && value.length <= maxClaimChars) return value
  throw new AccessError('invalid-claims', `the ${name} claim is a text of up to ${maxClaimChars} characters`)
}
