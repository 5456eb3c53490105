import { describe, expect, it } from 'vitest'
import { parseBulkDataPath } from './bulk-data-path.ts'
import { DicomwebError } from './dicomweb-error.ts'
import { maxFramesPerRequest, parseFrameList } from './frame-list.ts'

describe('parseFrameList', () => {
  it('keeps the order asked', () => {
    expect(parseFrameList('3,1,2')).toEqual([3, 1, 2])
    expect(parseFrameList('1')).toEqual([1])
  })

  it('refuses what is no list', () => {
    const tooMany = Array(maxFramesPerRequest + 1)
      .fill('1')
      .join(',')
    for (const text of ['', '0', '1,', ',1', 'a', '1-2', '-1', '1.5', tooMany]) {
      expect(() => parseFrameList(text)).toThrow(DicomwebError)
    }
  })
})

describe('parseBulkDataPath', () => {
  it('reads tags and items', () => {
    expect(parseBulkDataPath('7fe00010')).toEqual([{ tag: '7FE00010' }])
    expect(parseBulkDataPath('00081115/0/00400008')).toEqual([{ tag: '00081115', item: 0 }, { tag: '00400008' }])
  })

  it('refuses anything else', () => {
    for (const text of [
      '',
      '7FE0001',
      '00081115/0',
      '00081115/x/00400008',
      '../7FE00010',
      Array(200).fill('0').join('/'),
    ]) {
      expect(() => parseBulkDataPath(text)).toThrow(DicomwebError)
    }
  })
})
