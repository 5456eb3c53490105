import type { CodedValue } from '@vna/dicom'
import { ManifestError } from './manifest-error.ts'
import type { ManifestOptions, ManifestProfile } from './manifest-options.ts'

type ProfiledConcept =
  | 'document'
  | 'seriesDescription'
  | 'seriesDate'
  | 'seriesTime'
  | 'seriesInstances'
  | 'studySeries'

export interface CodeProfile {
  /** TID 1600 belongs to MADO; XDS-I.b lists references only. */
  readonly imageLibrary: boolean
  readonly displayUri: 'none' | 'private' | 'standard'
  readonly enabled: boolean
  readonly codes: Readonly<Record<ProfiledConcept, CodedValue>>
}

const dcm = (code: string, meaning: string): CodedValue => ({ code, scheme: 'DCM', meaning })
const ihe = (code: string, meaning: string): CodedValue => ({ code, scheme: '99IHE', meaning })

const finalCodes: CodeProfile['codes'] = {
  document: dcm('131560', 'Manifest with Description'),
  seriesDescription: dcm('131563', 'Series Description'),
  seriesDate: dcm('131561', 'Series Date'),
  seriesTime: dcm('131562', 'Series Time'),
  seriesInstances: dcm('131564', 'Number of Series Related Instances'),
  studySeries: dcm('131565', 'Number of Study Related Series'),
}

const temporaryCodes: CodeProfile['codes'] = {
  document: ihe('MADOTEMP001', 'Manifest with Description'),
  seriesDescription: ihe('MADOTEMP002', 'Series Description'),
  seriesDate: ihe('MADOTEMP003', 'Series Date'),
  seriesTime: ihe('MADOTEMP004', 'Series Time'),
  seriesInstances: ihe('MADOTEMP007', 'Number of Series Related Instances'),
  studySeries: ihe('MADOTEMP009', 'Number of Study Related Series'),
}

/** IHE MADO TI Rev 1.1, DICOM CP-2595 letter ballot, IHE XDS-I.b. */
const codeProfiles: Readonly<Record<ManifestProfile, CodeProfile>> = {
  xdsi: {
    imageLibrary: false,
    displayUri: 'none',
    enabled: true,
    codes: { ...finalCodes, document: dcm('113030', 'Manifest') },
  },
  'mado-ti': { imageLibrary: true, displayUri: 'private', enabled: true, codes: temporaryCodes },
  'mado-final': { imageLibrary: true, displayUri: 'standard', enabled: false, codes: finalCodes },
}

export function codeProfileOf(options: ManifestOptions): CodeProfile {
  const row = codeProfiles[options.profile]
  if (!row.enabled && options.allowFinal !== true) throw new ManifestError('profile-off')
  return row
}
