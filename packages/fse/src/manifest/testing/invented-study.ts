import type { ManifestInstance, ManifestRequest, ManifestSeries, ManifestStudy } from '../../model/manifest-study.ts'
import { oids } from '../../model/oids.ts'
import type { ManifestOptions, ManifestProfile } from '../manifest-options.ts'

/** Invented: nobody has this code, this name and this exam. */
export const studyUid = '1.2.826.0.1.3680043.8.498.7'
export const accessionIssuer = '2.16.840.1.113883.2.9.2.30.5.1'
export const ownIssuer = '2.25.123456789'
export const sopClasses = {
  ct: '1.2.840.10008.5.1.4.1.1.2',
  enhancedCt: '1.2.840.10008.5.1.4.1.1.2.1',
  ecg: '1.2.840.10008.5.1.4.1.1.9.1.1',
  kos: '1.2.840.10008.5.1.4.1.1.88.59',
  pdf: '1.2.840.10008.5.1.4.1.1.104.1',
} as const

export const ct: ManifestInstance = { sopInstanceUid: `${studyUid}.1.1`, sopClassUid: sopClasses.ct, instanceNumber: 1 }
export const multiFrame: ManifestInstance = {
  sopInstanceUid: `${studyUid}.1.2`,
  sopClassUid: sopClasses.enhancedCt,
  instanceNumber: 2,
  numberOfFrames: 24,
}
export const waveform: ManifestInstance = { sopInstanceUid: `${studyUid}.2.1`, sopClassUid: sopClasses.ecg }
export const keyObject: ManifestInstance = {
  sopInstanceUid: `${studyUid}.3.1`,
  sopClassUid: sopClasses.kos,
  instanceNumber: 1,
  documentTitle: { code: '113000', scheme: 'DCM', meaning: 'Of Interest' },
  keyObjectDescription: 'Reperto <1> & 2',
}

export const simple: ManifestRequest = {
  accessionNumber: 'ACC0001',
  accessionIssuerOid: accessionIssuer,
  generated: false,
}
export const second: ManifestRequest = { ...simple, accessionNumber: 'ACC0002' }
export const generated: ManifestRequest = {
  accessionNumber: 'VNA0001',
  accessionIssuerOid: ownIssuer,
  generated: true,
}
export const ordered: ManifestRequest = {
  ...simple,
  placerOrderNumber: 'P1',
  placerIssuerOid: '2.16.840.1.113883.2.9.2.30.5.2',
  fillerOrderNumber: 'F1',
  fillerIssuerOid: '2.16.840.1.113883.2.9.2.30.5.3',
}

export function series(number: number, modality: string, instances: readonly ManifestInstance[]): ManifestSeries {
  return {
    seriesInstanceUid: `${studyUid}.${number}`,
    modality,
    seriesNumber: number,
    description: `Serie ${number} è "prova"`,
    date: '20260110',
    time: '101500',
    instances,
  }
}

export function inventedStudy(changes: Partial<ManifestStudy> = {}): ManifestStudy {
  return {
    studyInstanceUid: studyUid,
    studyDate: '20260110',
    studyTime: '101000',
    studyId: 'S1',
    description: 'TC torace',
    procedureCode: { code: '87.41', scheme: 'I9C', meaning: 'TC del torace' },
    institutionName: 'Ospedale Inventato',
    institutionOid: '2.16.840.1.113883.2.9.4.1.2.1',
    patient: {
      national: { value: 'BNCNNA75B41F205W', issuer: oids.codiceFiscale },
      identifiers: [
        { value: 'BNCNNA75B41F205W', issuer: oids.codiceFiscale },
        { value: 'P-77', issuer: 'entity:ASST-TEST' },
      ],
      name: 'Bianchi^Anna',
      birthDate: '19750201',
      sex: 'F',
    },
    requests: [simple],
    series: [
      { ...series(1, 'CT', [ct, multiFrame]), bodyPart: 'CHEST' },
      series(2, 'ECG', [waveform]),
      series(3, 'KO', [keyObject]),
    ],
    ...changes,
  }
}

export function manifestOptions(profile: ManifestProfile = 'mado-ti'): ManifestOptions {
  return {
    profile,
    version: 2,
    createdAt: '20260111083000',
    timezoneOffset: '+0100',
    manufacturer: 'VNA',
    retrieveLocationUid: '2.16.840.1.113883.2.9.2.30.9.1',
    wadoRsUrl: 'https://vna.example/dicom-web',
    displayUri: `https://viewer.example/?study=${studyUid}`,
    allowFinal: profile === 'mado-final',
  }
}

/** A study of one series of CT images. */
export function studyOf(instances: number): ManifestStudy {
  const images = Array.from({ length: instances }, (_, place) => ({
    sopInstanceUid: `${studyUid}.1.${place + 1}`,
    sopClassUid: sopClasses.ct,
    instanceNumber: place + 1,
  }))
  return inventedStudy({ series: [series(1, 'CT', images)] })
}
