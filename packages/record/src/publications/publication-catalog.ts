import type { Predicate } from '@vna/catalog'
import type { Sql } from '@vna/database'
import { runQuery } from '@vna/database'
import {
  dropManifest,
  markRegistered,
  markWithdrawn,
  putManifest,
  type RegisteredReferences,
  reopenManifest,
} from './change-manifests.ts'
import { ensureAccession } from './ensure-accession.ts'
import { findStudiesByAccession } from './find-studies-by-accession.ts'
import { listRejectionNotes } from './list-rejection-notes.ts'
import type { NewManifest } from './manifest-row.ts'
import type { ManifestSearch } from './manifest-search.ts'
import { closeNotification, postponeNotification, pruneNotifications, takeNotifications } from './notifications.ts'
import { readManifestStudy } from './read-manifest-study.ts'
import {
  countDivergence,
  countUnresolved,
  findManifest,
  isDisputed,
  isStudyThere,
  listManifestStates,
  listManifests,
  listPublications,
  type PublicationFilter,
} from './read-publications.ts'
import { type Rejection, rejectInstances } from './reject-instances.ts'
import { type PageOptions, searchEntries, searchPublishedStudies } from './search-manifests.ts'
import {
  failPublication,
  leavePublication,
  type PublicationFailure,
  releasePublications,
  settlePublication,
} from './settle-publication.ts'
import { renewPublications, takePublications, wakePublications } from './take-publications.ts'

/** Publications: what the health record's registry should say, what it says, and what it is to be told. */
export type PublicationCatalog = ReturnType<typeof publicationMethods>

export function publicationMethods(sql: Sql) {
  return { ...workMethods(sql), ...manifestMethods(sql), ...readingMethods(sql), ...notificationMethods(sql) }
}

function workMethods(sql: Sql) {
  return {
    take: (o: { limit: number; leaseMs: number }) => takePublications(sql, o),
    renew: (studyInstanceUids: readonly string[], leaseMs: number) =>
      renewPublications(sql, studyInstanceUids, leaseMs),
    release: (studyInstanceUids: readonly string[]) => releasePublications(sql, studyInstanceUids),
    wake: (o: { studyInstanceUids: readonly string[]; verify: boolean }) => wakePublications(sql, o),
    settle: (studyInstanceUid: string, state: 'REGISTERED' | 'UNRESOLVED' | 'WITHDRAWN') =>
      runQuery(() => settlePublication(sql, studyInstanceUid, state)),
    leave: (studyInstanceUid: string) => leavePublication(sql, studyInstanceUid),
    isStudyThere: (studyInstanceUid: string) => isStudyThere(sql, studyInstanceUid),
    isDisputed: (studyInstanceUid: string) => isDisputed(sql, studyInstanceUid),
    fail: (failure: PublicationFailure) => failPublication(sql, failure),
  }
}

function manifestMethods(sql: Sql) {
  return {
    putManifest: (manifest: NewManifest) => putManifest(sql, manifest),
    markRegistered: (manifestUid: string, references: RegisteredReferences) =>
      markRegistered(sql, manifestUid, references),
    markWithdrawn: (studyInstanceUid: string, state: 'WITHDRAWN' | 'UNRESOLVED') =>
      markWithdrawn(sql, studyInstanceUid, state),
    dropManifest: (manifestUid: string) => dropManifest(sql, manifestUid),
    reopenManifest: (manifestUid: string) => reopenManifest(sql, manifestUid),
    ensureAccession: (studyInstanceUid: string, issuer: string) => ensureAccession(sql, studyInstanceUid, issuer),
    listRejectionNotes: (studyInstanceUid: string) => listRejectionNotes(sql, studyInstanceUid),
    rejectInstances: (rejection: Rejection) => rejectInstances(sql, rejection),
  }
}

function readingMethods(sql: Sql) {
  return {
    readManifestStudy: (studyInstanceUid: string, predicate: Predicate = { kind: 'all' }) =>
      readManifestStudy(sql, studyInstanceUid, predicate),
    list: (filter: PublicationFilter) => listPublications(sql, filter),
    listManifests: (studyInstanceUid: string) => listManifests(sql, studyInstanceUid),
    listManifestStates: (after: number, limit: number) => listManifestStates(sql, after, limit),
    findManifest: (manifestUid: string) => findManifest(sql, manifestUid),
    findStudiesByAccession: (
      o: { accession: string; issuer: string | undefined; limit: number },
      predicate: Predicate,
    ) => findStudiesByAccession(sql, o, predicate),
    countDivergence: (olderThanMs: number) => countDivergence(sql, olderThanMs),
    countUnresolved: (entityCode?: string) => countUnresolved(sql, entityCode),
    searchEntries: (search: ManifestSearch, predicate: Predicate, page: PageOptions) =>
      searchEntries(sql, search, predicate, page),
    searchStudies: (search: ManifestSearch, predicate: Predicate, page: PageOptions) =>
      searchPublishedStudies(sql, search, predicate, page),
  }
}

function notificationMethods(sql: Sql) {
  return {
    takeNotifications: (o: { limit: number; leaseMs: number }) => takeNotifications(sql, o),
    pruneNotifications: (o: { keepDays: number; withOpen: boolean }) => pruneNotifications(sql, o),
    closeNotification: (id: number, error?: string) => closeNotification(sql, id, error),
    postponeNotification: (id: number, o: { retryAfterMs: number; error: string }) => postponeNotification(sql, id, o),
  }
}
