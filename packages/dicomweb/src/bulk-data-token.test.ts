import { describe, expect, it } from 'vitest'
import { replaceBulkDataToken } from './bulk-data-token.ts'

const replace = (value: unknown, url: string) =>
  JSON.parse(Buffer.concat([...replaceBulkDataToken(Buffer.from(JSON.stringify(value)), url)]).toString())

describe('replaceBulkDataToken', () => {
  it('replaces the token of every BulkDataURI', () => {
    const dataSet = {
      '00091010': { vr: 'OB', BulkDataURI: '{instance}/bulkdata/00091010' },
      '7FE00010': { vr: 'OW', BulkDataURI: '{instance}/bulkdata/7FE00010' },
    }
    expect(replace(dataSet, 'http://h/i')).toEqual({
      '00091010': { vr: 'OB', BulkDataURI: 'http://h/i/bulkdata/00091010' },
      '7FE00010': { vr: 'OW', BulkDataURI: 'http://h/i/bulkdata/7FE00010' },
    })
  })

  it('leaves values alone that look like one', () => {
    const dataSet = { '00204000': { vr: 'LT', Value: ['"BulkDataURI":"{instance}/bulkdata/x', '{instance}/'] } }
    expect(replace(dataSet, 'http://h')).toEqual(dataSet)
  })

  it('makes each piece when it is asked for, and holds none of the others', () => {
    const json = Buffer.from(`[${Array(100_000).fill('{"BulkDataURI":"{instance}/x"}').join(',')}]`)
    const pieces = replaceBulkDataToken(json, 'http://h')
    expect(Array.isArray(pieces)).toBe(false)
    expect(pieces.next().value?.toString()).toBe('[{"BulkDataURI":"')
    expect(pieces.next().value?.toString()).toBe('http://h')
    let count = 2
    for (const _piece of pieces) count += 1
    expect(count).toBe(200_001)
  })

  it('escapes the URL', () => {
    expect(replace({ a: { BulkDataURI: '{instance}/x' } }, 'http://h"\\')).toEqual({
      a: { BulkDataURI: 'http://h"\\/x' },
    })
  })
})
