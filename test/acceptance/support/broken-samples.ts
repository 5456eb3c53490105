/**
 * What the archive does with each sample its manifest calls broken, by STOW-RS and by C-STORE, and why that is what the
 * manifest's reason asks for. `kept`: stored, whether shown or in quarantine; the bytes come back or are listed there.
 */
export type Outcome = 'refused' | 'stored' | 'quarantined'
export interface Expectation {
  readonly stow: Outcome
  readonly cStore: Outcome
  /** For C-STORE of files without file meta: the transfer syntax their bytes are in. */
  readonly transferSyntaxUid?: string
  readonly why: string
}

const both = (outcome: Outcome, why: string): Expectation => ({ stow: outcome, cStore: outcome, why })

const implicitLe = '1.2.840.10008.1.2'
const explicitLe = '1.2.840.10008.1.2.1'
const explicitBe = '1.2.840.10008.1.2.2'

/** On the wire a data set needs no file meta, so what STOW refuses for want of it is a good C-STORE. */
const bare = (transferSyntaxUid: string, cStore: Outcome = 'stored'): Expectation => ({
  stow: 'refused',
  cStore,
  transferSyntaxUid,
  why: 'no file meta',
})

const noUids = (transferSyntaxUid = implicitLe): Expectation => ({
  ...both('refused', 'no SOP Class UID or SOP Instance UID'),
  transferSyntaxUid,
})
const noStudy = both('quarantined', 'no Study or Series Instance UID: kept, not published')
const truncated = both('refused', 'ends inside an element')
const unparsable = both('refused', 'cannot be parsed to its end')

export const brokenSamples: Readonly<Record<string, Expectation>> = {
  'broken/3gb-bulk-data-truncated.dcm': truncated,
  'broken/CR-MONO1-10-chest-nopreamble.dcm': bare(implicitLe),
  'broken/CR-ModalityLUT-bad-uid.dcm': both('stored', 'a leading zero is safe in a name'),
  'broken/ExplVR_BigEndNoMeta.dcm': bare(explicitBe),
  'broken/ExplVR_LitEndNoMeta.dcm': bare(explicitLe),
  'broken/FreezePattern.dcm': both('refused', 'empty SOP Instance UID'),
  'broken/GG-example-uid-111.dcm': both('stored', 'degenerate UIDs are safe in a name'),
  'broken/GH1146-zero-length-pixels.dcm': both('stored', 'its metadata is good'),
  'broken/GH179B-blank-vr.dcm': unparsable,
  'broken/GH340-acr-nema.dcm': noUids(),
  'broken/GH364-bad-delimiter.dcm': unparsable,
  'broken/GH626-parse-error.dcm': unparsable,
  'broken/Issue111-no-sop-class.dcm': both('refused', 'no SOP Class UID'),
  'broken/Issue196-no-study-series-uid.dcm': noStudy,
  'broken/JPEG2000-embedded-sequence-delimiter.dcm': both(
    'stored',
    'the structure is good, the codestream is not ours',
  ),
  'broken/MR_truncated.dcm': truncated,
  'broken/badVR.dcm': both('stored', 'a bad value of one element is not a reason to lose an image'),
  'broken/bad_sequence-hash-uids.dcm': both('refused', 'letters in UIDs'),
  'broken/dwv-no-rows.dcm': both('refused', 'no SOP Class UID'),
  'broken/empty-study-uid-wsi.dcm': noStudy,
  'broken/emri_jpeg_2k_too_short.dcm': truncated,
  'broken/meta_missing_tsyntax.dcm': noUids(),
  'broken/no_meta.dcm': noUids(),
  'broken/no_meta_group_length.dcm': noUids(),
  'broken/no_preamble_dicm_in_data.dcm': noUids(),
  'broken/not-dicom-dictionary.dcm': noUids(explicitLe),
  'broken/oob-monochrome-65535.dcm': both('stored', 'pixel data shorter than rows and columns: nothing is decoded'),
  'broken/rtplan_truncated.dcm': truncated,
  'broken/rtstruct-nometa.dcm': bare(implicitLe),
  'broken/uid-67-chars-j2k-19frames.dcm': both('refused', 'SOP Instance UID over 64 characters'),
  'broken/zipMR.dcm.gz': noUids(explicitLe),
  'charset/chrSQEncoding.dcm': noUids(),
  'charset/chrSQEncoding1.dcm': noUids(),
  'charset/empty-charset.dcm': noUids(),
  'dicomdir/variants/DICOMDIR-bigEnd': both('refused', 'DICOMDIR'),
  'dicomdir/variants/DICOMDIR-implicit': both('refused', 'DICOMDIR'),
  'dicomdir/variants/DICOMDIR-nooffset': both('refused', 'DICOMDIR'),
  'dicomdir/variants/DICOMDIR-nopatient': both('refused', 'DICOMDIR'),
  'structure/private/GH220-private-sop-and-sq.dcm': noStudy,
  'structure/private/GH223-elscint-private-sq.dcm': noStudy,
  'structure/private/PrivateMDNTags.dcm': bare(implicitLe),
  'structure/sequences/UN_sequence.dcm': noUids(),
  'structure/sequences/nested_priv_SQ.dcm': noUids(),
  'structure/sequences/priv_SQ.dcm': noUids(),
  'transfer-syntax/htj2k-lossless-201.dcm': noStudy,
  'worklist/wklist1.wl': both('refused', 'a worklist item has no SOP Instance UID'),
  'worklist/wklist4.wl': both('refused', 'a worklist item has no SOP Instance UID'),
  'worklist/wklist7.wl': both('refused', 'a worklist item has no SOP Instance UID'),
}
