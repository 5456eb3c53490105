import type { ManifestRow } from '@vna/record'
import { describe, expect, it } from 'vitest'
import type { RegistryEntry } from '../registry/registry.ts'
import { type PublicationFacts, planPublication } from './plan-publication.ts'

const row = (name: string, state: ManifestRow['state']): ManifestRow => ({
  studyInstanceUid: '1.2.3',
  version: 1,
  createdAt: new Date(0),
  changedAt: undefined,
  registeredAt: state === 'BUILT' ? undefined : new Date(0),
  profile: 'mado-ti',
  contentHash: `hash of ${name}`,
  manifestUid: `uid of ${name}`,
  kos: { key: 'k', sizeBytes: 1, sha1: new Uint8Array() },
  fhir: { key: 'f', sizeBytes: 1, sha1: new Uint8Array() },
  kosId: '',
  fhirId: '',
  viewerEndpointId: undefined,
  facets: {
    patientIssuer: '',
    patientIdentifier: '',
    studyDate: undefined,
    modalities: [],
    regions: [],
    accessions: [],
  },
  entries: { kos: {}, fhir: {} },
  state,
  kosReference: state === 'REGISTERED' ? `DocumentReference/${name}-kos` : undefined,
  fhirReference: state === 'REGISTERED' ? `DocumentReference/${name}-fhir` : undefined,
})
const there = (name: string): readonly RegistryEntry[] =>
  (['kos', 'fhir'] as const).map((format) => ({
    manifestUid: `uid of ${name}`,
    format,
    reference: `DocumentReference/${name}-${format}`,
  }))

const old = row('old', 'REGISTERED')
const now = row('now', 'BUILT')
const facts = (more: Partial<PublicationFacts>): PublicationFacts => ({
  contentHash: 'hash of now',
  current: undefined,
  built: undefined,
  newestVersion: 0,
  entries: undefined,
  ...more,
})
const replaced = { kos: 'DocumentReference/old-kos', fhir: 'DocumentReference/old-fhir' }

describe('the next step of a publication', () => {
  it.each<[string, Partial<PublicationFacts>, object]>([
    ['nothing was ever built', {}, { kind: 'build', version: 1 }],
    ['nothing changed', { current: old, contentHash: 'hash of old', newestVersion: 1 }, { kind: 'settle' }],
    ['the study changed', { current: old, newestVersion: 1 }, { kind: 'build', version: 2 }],
    ['it is built', { built: now, current: old }, { kind: 'submit', manifest: now, replaces: replaced }],
    ['it changed again since', { built: now, contentHash: 'hash of more' }, { kind: 'drop', manifest: now }],
    [
      'the answer was lost',
      { built: now, entries: there('now') },
      { kind: 'adopt', manifest: now, kos: 'DocumentReference/now-kos', fhir: 'DocumentReference/now-fhir' },
    ],
    [
      'a lost answer is of what the study no longer is',
      { built: now, contentHash: 'hash of more', entries: there('now') },
      { kind: 'adopt', manifest: now, kos: 'DocumentReference/now-kos', fhir: 'DocumentReference/now-fhir' },
    ],
    [
      'nothing came to the registry',
      { built: now, entries: [] },
      { kind: 'submit', manifest: now, replaces: undefined },
    ],
    [
      'the registry lost it',
      { current: old, contentHash: 'hash of old', entries: [] },
      { kind: 'reopen', manifest: old },
    ],
    [
      'the registry lost what is out of date',
      { current: old, newestVersion: 1, entries: [] },
      { kind: 'build', version: 2 },
    ],
    [
      'half of it is there',
      { current: old, contentHash: 'hash of old', entries: there('old').slice(0, 1) },
      { kind: 'withdraw', reference: 'DocumentReference/old-kos' },
    ],
    [
      'a former one is current too',
      { current: old, contentHash: 'hash of old', entries: [...there('older'), ...there('old')] },
      { kind: 'withdraw', reference: 'DocumentReference/older-kos' },
    ],
    ['nothing was ever built, and the registry has nothing', { entries: [] }, { kind: 'build', version: 1 }],
    [
      'the registry lost it while another one is built that says what the study was',
      { current: old, contentHash: 'hash of old', built: now, entries: [] },
      { kind: 'drop', manifest: now },
    ],
    [
      'the registry lost what the built one was to replace',
      { current: old, built: now, entries: [] },
      { kind: 'submit', manifest: now, replaces: undefined },
    ],
    [
      'the other half is there',
      { current: old, contentHash: 'hash of old', entries: there('old').slice(1) },
      { kind: 'withdraw', reference: 'DocumentReference/old-fhir' },
    ],
    [
      'half of it is there and half of a former one',
      { current: old, contentHash: 'hash of old', entries: [...there('old').slice(0, 1), ...there('older').slice(1)] },
      { kind: 'withdraw', reference: 'DocumentReference/old-kos' },
    ],
    ...(['kosReference', 'fhirReference'] as const).map((half): [string, Partial<PublicationFacts>, object] => [
      `it is built, and of the former one only half was noted (without ${half})`,
      { built: now, current: { ...old, [half]: undefined } },
      { kind: 'submit', manifest: now, replaces: undefined },
    ]),
    ['all is there', { current: old, contentHash: 'hash of old', entries: there('old') }, { kind: 'settle' }],
  ])('when %s', (_case, more, step) => {
    expect(planPublication(facts(more))).toEqual(step)
  })
})
