import type { CodedValue } from '@vna/dicom'

const sct = (code: string, meaning: string): CodedValue => ({ code, scheme: 'SCT', meaning })

/** CID IHE-MADO1. */
const regions = {
  head: sct('774007', 'Head and neck'),
  upperTrunk: sct('67734004', 'Upper trunk'),
  lowerTrunk: sct('63337009', 'Lower trunk'),
  upperLimb: sct('53120007', 'Upper limb'),
  lowerLimb: sct('61685007', 'Lower limb'),
  body: sct('38266002', 'Entire body'),
  vessels: sct('113257007', 'Cardiovascular'),
  heart: sct('80891009', 'Heart'),
  breast: sct('76752008', 'Breast'),
  spine: sct('1141981001', 'Vertebral column'),
} as const

const bodyParts: Readonly<Record<keyof typeof regions, readonly string[]>> = {
  head: [
    'HEAD',
    'NECK',
    'HEADNECK',
    'BRAIN',
    'SKULL',
    'EYE',
    'ORBIT',
    'EAR',
    'FACE',
    'JAW',
    'MAXILLA',
    'MANDIBLE',
    'NOSE',
    'TMJ',
    'THYROID',
    'SINUS',
    'TEETH',
    'TOOTH',
  ],
  upperTrunk: ['CHEST', 'THORAX', 'LUNG', 'RIB', 'STERNUM', 'MEDIASTINUM', 'CLAVICLE', 'SCAPULA', 'ESOPHAGUS'],
  lowerTrunk: [
    'ABDOMEN',
    'PELVIS',
    'ABDOMENPELVIS',
    'LIVER',
    'KIDNEY',
    'SPLEEN',
    'PANCREAS',
    'BLADDER',
    'PROSTATE',
    'UTERUS',
    'COLON',
    'GALLBLADDER',
    'STOMACH',
  ],
  upperLimb: ['SHOULDER', 'ARM', 'HUMERUS', 'UPPERARM', 'ELBOW', 'FOREARM', 'WRIST', 'HAND', 'FINGER', 'THUMB'],
  lowerLimb: [
    'HIP',
    'THIGH',
    'FEMUR',
    'KNEE',
    'PATELLA',
    'LEG',
    'LOWERLEG',
    'ANKLE',
    'FOOT',
    'TOE',
    'CALCANEUS',
    'EXTREMITY',
  ],
  body: ['WHOLEBODY'],
  vessels: ['AORTA', 'CAROTID', 'ARTERY', 'VEIN'],
  heart: ['HEART', 'CORONARY', 'CORONARYARTERY'],
  breast: ['BREAST'],
  spine: ['SPINE', 'CSPINE', 'TSPINE', 'LSPINE', 'SSPINE', 'COCCYX', 'CTSPINE', 'TLSPINE', 'LSSPINE', 'SACRUM'],
}

const regionByBodyPart = new Map(
  Object.entries(bodyParts).flatMap(([region, parts]) =>
    parts.map((part) => [part, regions[region as keyof typeof regions]] as const),
  ),
)
const regionByModality = new Map([
  ['MG', regions.breast],
  ['ECG', regions.heart],
  ['XA', regions.vessels],
])

/** MADO wants a region always; where nothing tells it, the widest one is the one that cannot be wrong. */
export function targetRegionOf(series: {
  readonly bodyPart?: string | undefined
  readonly modality: string
}): CodedValue {
  const part = series.bodyPart?.toUpperCase().replaceAll(/[^A-Z]/g, '') ?? ''
  return regionByBodyPart.get(part) ?? regionByModality.get(series.modality) ?? regions.body
}

export function targetRegionsOf(
  series: readonly { readonly bodyPart?: string | undefined; readonly modality: string }[],
): readonly CodedValue[] {
  return [...new Map(series.map(targetRegionOf).map((region) => [region.code, region])).values()]
}
