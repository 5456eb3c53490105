import type { EntityRow } from '@vna/catalog'
import { normaliseSubject } from './certificate-subject.ts'
import { EntityError } from './entity-error.ts'

/** A health entity (Ente Sanitario) as operators and services see it. */
export type Entity = EntityRow

export interface EntitySettings {
  readonly code: string
  readonly kind: Entity['kind']
  readonly name: string
  readonly aeTitles: readonly string[]
  readonly status?: Entity['status'] | undefined
  readonly calledAliases?: readonly string[] | undefined
  readonly hosts?: readonly string[] | undefined
  readonly port?: number | null | undefined
  readonly certificateSubjects?: readonly string[] | undefined
  readonly duplicatePolicy?: Entity['duplicatePolicy'] | undefined
  readonly studyStableMs?: number | null | undefined
  readonly privateSopClasses?: readonly string[] | undefined
}

export const entityLimits = {
  maxCodeChars: 32,
  maxNameChars: 200,
  maxListEntries: 64,
  maxHostChars: 255,
  minStudyStableMs: 1,
  maxStudyStableMs: 24 * 3600 * 1000,
} as const

/** Settings with their defaults, checked; throws EntityError with what is wrong. */
export function entityOf(settings: EntitySettings): Entity {
  const entity: Entity = {
    code: settings.code,
    kind: settings.kind,
    name: settings.name.trim(),
    status: settings.status ?? 'active',
    aeTitles: unique(settings.aeTitles.map((title) => title.trim())),
    calledAliases: unique((settings.calledAliases ?? []).map((title) => title.trim())),
    hosts: unique((settings.hosts ?? []).map((host) => host.trim().toLowerCase())),
    port: settings.port ?? null,
    certificateSubjects: unique(settings.certificateSubjects ?? []),
    duplicatePolicy: settings.duplicatePolicy ?? 'version',
    studyStableMs: settings.studyStableMs ?? null,
    privateSopClasses: unique(settings.privateSopClasses ?? []),
  }
  const problem = problemOf(entity)
  if (problem !== undefined) throw new EntityError('invalid-entity', problem)
  return entity
}

/** AE title: 1 to 16 characters of the default repertoire without backslash and control characters (PS3.5 6.2). */
export function isAeTitle(text: string): boolean {
  return /^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(text) && text.trim() === text
}

function problemOf(entity: Entity): string | undefined {
  const lists = [
    entity.aeTitles,
    entity.calledAliases,
    entity.hosts,
    entity.certificateSubjects,
    entity.privateSopClasses,
  ]
  const checks: readonly [boolean, string][] = [
    [/^[A-Z0-9][A-Z0-9-]*$/.test(entity.code), 'a code has capital letters, digits and hyphens'],
    [entity.code.length <= entityLimits.maxCodeChars, `a code has at most ${entityLimits.maxCodeChars} characters`],
    [entity.kind === 'EEP' || entity.kind === 'EEPA', 'the kind is EEP or EEPA'],
    [entity.name !== '' && entity.name.length <= entityLimits.maxNameChars, 'a name is needed, up to 200 characters'],
    [['active', 'suspended'].includes(entity.status), 'the status is active or suspended'],
    [['version', 'keep-first', 'refuse'].includes(entity.duplicatePolicy), 'unknown duplicate policy'],
    [entity.aeTitles.every(isAeTitle), 'an AE title has 1 to 16 characters'],
    [entity.calledAliases.every(isAeTitle), 'an alias has 1 to 16 characters'],
    [entity.hosts.every((host) => /^[a-z0-9.:_-]{1,255}$/.test(host)), 'a host is a name or an address'],
    [entity.port === null || isPort(entity.port), 'a port is between 1 and 65535'],
    [entity.studyStableMs === null || isStableTime(entity.studyStableMs), 'the quiet time is up to a day'],
    [entity.privateSopClasses.every((uid) => /^[0-9.]{1,64}$/.test(uid)), 'a private SOP class is a UID'],
    [
      entity.certificateSubjects.every((subject) => normaliseSubject(subject) !== undefined),
      'no certificate can have such a subject: it is written like CN=pacs,O=Ospedale,C=IT',
    ],
    [lists.every((list) => list.length <= entityLimits.maxListEntries), 'a list has at most 64 entries'],
  ]
  return checks.find(([isRight]) => !isRight)?.[1]
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}

function isStableTime(ms: number): boolean {
  return Number.isInteger(ms) && ms >= entityLimits.minStudyStableMs && ms <= entityLimits.maxStudyStableMs
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
