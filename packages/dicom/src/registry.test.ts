import { describe, expect, it } from 'vitest'
import { isPrivateTag, keywordOf, parseTag, tagOf, tagToHex, vrOf } from './dictionary.ts'
import { storageSopClasses } from './storage-sop-classes.ts'
import { encodingOf, findTransferSyntax, transferSyntaxes } from './transfer-syntaxes.ts'
import { isStorableUid, isValidUid } from './uids.ts'

describe('dictionary', () => {
  it('finds tags both ways', () => {
    expect(tagOf('StudyInstanceUID')).toBe(0x0020000d)
    expect(keywordOf(0x0020000d)).toBe('StudyInstanceUID')
    expect(tagOf('Nonsense')).toBeUndefined()
    expect(parseTag('0020000d')).toBe(0x0020000d)
    expect(parseTag('PatientID')).toBe(0x00100020)
    expect(parseTag('0020,000D')).toBeUndefined()
    expect(tagToHex(0x7fe00010)).toBe('7FE00010')
    expect(tagToHex(0x00080005)).toBe('00080005')
  })

  it('gives one VR for every tag', () => {
    expect([0x00100010, 0x7fe00010, 0x00280106, 0x00283006].map(vrOf)).toEqual(['PN', 'OW', 'US', 'OW'])
    expect([0x00080000, 0x00090010, 0x00091001, 0x00081239].map(vrOf)).toEqual(['UL', 'LO', 'UN', 'UN'])
  })

  it('knows repeating groups', () => {
    expect(keywordOf(0x60023000)).toBe('OverlayData')
    expect(vrOf(0x601e0010)).toBe('US')
    expect(tagOf('OverlayData')).toBe(0x60003000)
    expect(keywordOf(0x002031ff)).toBe('SourceImageIDs')
  })

  it('tells private tags by the odd group', () => {
    expect(isPrivateTag(0x00091001)).toBe(true)
    expect(isPrivateTag(0x00080001)).toBe(false)
  })
})

describe('storage SOP classes', () => {
  it('hold current, retired and the newest ones, and nothing that is not stored', () => {
    for (const keyword of [
      'CTImageStorage',
      'LabelMapSegmentationStorage',
      'HangingProtocolStorage',
      'RTBeamsDeliveryInstructionStorage',
    ]) {
      expect([...storageSopClasses.values()].some((sopClass) => sopClass.keyword === keyword)).toBe(true)
    }
    expect(storageSopClasses.get('1.2.840.10008.5.1.4.1.1.5')).toMatchObject({ retired: true })
    expect(storageSopClasses.has('1.2.840.10008.1.3.10')).toBe(false)
    expect(storageSopClasses.has('1.2.840.10008.1.20.1')).toBe(false)
    expect(storageSopClasses.size).toBeGreaterThan(200)
  })

  it('have valid UIDs and names', () => {
    for (const [uid, sopClass] of storageSopClasses) {
      expect(
        isValidUid(uid) && sopClass.uid === uid && sopClass.name !== '' && /^[A-Z]\w+$/.test(sopClass.keyword),
      ).toBe(true)
    }
  })
})

describe('transfer syntaxes', () => {
  it('say how data sets are encoded', () => {
    expect(findTransferSyntax('1.2.840.10008.1.2')).toMatchObject({ encoding: 'implicit-le', encapsulated: false })
    expect(findTransferSyntax('1.2.840.10008.1.2.2')).toMatchObject({ encoding: 'explicit-be', retired: true })
    expect(findTransferSyntax('1.2.840.10008.1.2.1.99')).toMatchObject({ encoding: 'deflated-le' })
    expect(findTransferSyntax('1.2.840.10008.1.2.4.91')).toMatchObject({ encapsulated: true, lossy: true })
    expect(findTransferSyntax('1.2.840.10008.1.2.8.1')).toMatchObject({ encapsulated: true, lossy: false })
    expect(findTransferSyntax('1.2.3')).toBeUndefined()
    expect(encodingOf('1.2.3')).toBe('explicit-le')
    expect([...transferSyntaxes.keys()].every(isValidUid)).toBe(true)
  })
})

describe('UIDs', () => {
  it.each([
    ['1.2.840.10008.1.2', true, true],
    ['2.25.0', true, true],
    ['111', false, true],
    ['1.02.3', false, true],
    ['1..2', false, false],
    ['.1.2', false, false],
    ['1.2.', false, false],
    ['', false, false],
    ['..', false, false],
    ['1.2.3a', false, false],
    ['1.2/3', false, false],
    [`1.${'2'.repeat(62)}`, true, true],
    [`1.${'2'.repeat(63)}`, false, false],
  ])('%s', (uid, valid, storable) => {
    expect([isValidUid(uid), isStorableUid(uid)]).toEqual([valid, storable])
  })
})
