import { itemsOf, textOf } from '@vna/dicom'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BuiltBundle, BuiltImagingStudy } from '../fhir/built.ts'
import { encodeFhir } from '../fhir/encode-fhir.ts'
import type { ManifestStudy } from '../model/manifest-study.ts'
import { buildFhirManifest } from './build-fhir-manifest.ts'
import { buildKosManifest } from './build-kos-manifest.ts'
import { reportReferencesOf } from './report-references.ts'
import { inventedStudy, manifestOptions, series, sopClasses, studyOf, studyUid } from './testing/invented-study.ts'
import { contentLines, type ManifestUids, readKos, uidsOfKos } from './testing/read-kos.ts'

const profiles = ['xdsi', 'mado-ti', 'mado-final'] as const
const sopClass = fc.constantFrom(...Object.values(sopClasses))
const seriesShape = fc.record({
  modality: fc.constantFrom('CT', 'MR', 'ECG', 'KO', 'DOC'),
  classes: fc.array(sopClass, { minLength: 1, maxLength: 12 }),
  description: fc.option(fc.string({ maxLength: 20, unit: fc.constantFrom('a', 'è', '<', '&', ' ', '漢') }), {
    nil: undefined,
  }),
})
const shapes = fc.array(seriesShape, { minLength: 1, maxLength: 6 })

const anyStudy = shapes.map((list): ManifestStudy => {
  const made = list.map(({ modality, classes, description }, place) => ({
    ...series(place + 1, modality, []),
    description,
    instances: classes.map((sopClassUid, n) => ({ sopInstanceUid: `${studyUid}.${place + 1}.${n + 1}`, sopClassUid })),
  }))
  return inventedStudy({ series: made })
})

function uidsOfFhir(bytes: Uint8Array): ManifestUids {
  const bundle = JSON.parse(new TextDecoder().decode(bytes)) as BuiltBundle
  const study = bundle.entry.map(({ resource }) => resource).find((r) => r.resourceType === 'ImagingStudy')
  const found = study as BuiltImagingStudy
  const bare = (urn: string | undefined) => urn?.replace('urn:oid:', '')
  return {
    manifest: bare(bundle.identifier?.value),
    study: bare(found.identifier[0]?.value),
    series: found.series.map(({ uid, instance }) => ({
      uid,
      instances: (instance ?? []).map((one) => `${bare(one.sopClass.code)} ${one.uid}`),
    })),
  }
}

function expectAgreement(study: ManifestStudy, profile: (typeof profiles)[number]): void {
  const options = manifestOptions(profile)
  const kos = readKos(buildKosManifest(study, options))
  const uids = uidsOfKos(kos)
  expect(uidsOfFhir(encodeFhir(buildFhirManifest(study, options)))).toEqual(uids)
  expect(uids.series).toEqual(
    study.series.map(({ seriesInstanceUid, instances }) => ({
      uid: seriesInstanceUid,
      instances: instances.map(({ sopClassUid, sopInstanceUid }) => `${sopClassUid} ${sopInstanceUid}`),
    })),
  )
  const referenced = itemsOf(kos, '0040A730').flatMap((item) =>
    itemsOf(item, '00081199').map((s) => textOf(s, '00081155')),
  )
  const all = study.series.flatMap(({ instances }) => instances.map(({ sopInstanceUid }) => sopInstanceUid))
  expect(referenced).toEqual(all)
  const [report] = reportReferencesOf(study).studies
  expect(report?.series.flatMap(({ instances }) => instances.map(({ sopInstanceUID }) => sopInstanceUID))).toEqual(all)
  const library = contentLines(kos).filter((line) => /^\.\.CONTAINS (IMAGE|WAVEFORM|COMPOSITE) /.test(line))
  const listed = library.map((line) => line.split(' ')[2])
  expect(listed).toEqual(profile === 'xdsi' ? [] : all)
}

describe('KOS and FHIR manifest', () => {
  it('agree on every UID, whatever the shape of the study', () => {
    fc.assert(
      fc.property(anyStudy, fc.constantFrom(...profiles), (study, profile) => expectAgreement(study, profile)),
      { numRuns: 60 },
    )
  })

  it.each([1, 5_000])('agree for %i instances', { timeout: 60_000 }, (count) =>
    expectAgreement(studyOf(count), 'mado-ti'),
  )

  it('are equal bytes for equal input, and other ones for another version', () => {
    for (const profile of profiles) {
      const [study, options] = [inventedStudy(), manifestOptions(profile)]
      const again = structuredClone({ study, options })
      const next = { ...options, version: 3 }
      expect(buildKosManifest(again.study, again.options)).toEqual(buildKosManifest(study, options))
      expect(encodeFhir(buildFhirManifest(again.study, again.options))).toEqual(
        encodeFhir(buildFhirManifest(study, options)),
      )
      expect(buildKosManifest(study, next)).not.toEqual(buildKosManifest(study, options))
      expect(buildFhirManifest(study, next).identifier).not.toEqual(buildFhirManifest(study, options).identifier)
    }
  })
})
