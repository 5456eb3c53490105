import { describe, expect, it } from 'vitest'
import { manifestRequestsOf, type RequestSources } from './manifest-requests.ts'
import { nationalIdentifierOf } from './national-identifier.ts'

const sources = (more: Partial<RequestSources>): RequestSources => ({
  accessionNumber: undefined,
  issuerOfAccession: undefined,
  localIssuer: 'entity:ASST-A',
  requestAttributes: [],
  orders: [],
  generated: undefined,
  ...more,
})
const item = (accession: string, placer?: string) => ({
  '00080050': { vr: 'SH', Value: [accession] },
  ...(placer !== undefined && { '00402016': { vr: 'LO', Value: [placer] } }),
})

describe('the requests of a study', () => {
  it('simple: one number, completed by the series', () => {
    const requests = manifestRequestsOf(
      sources({
        accessionNumber: 'A1',
        issuerOfAccession: '1.2',
        requestAttributes: [[item('A1', 'P1')], [item('A1')]],
      }),
    )
    expect(requests).toEqual([
      { accessionNumber: 'A1', accessionIssuerOid: '1.2', generated: false, placerOrderNumber: 'P1' },
    ])
  })

  it('group: several numbers of the series', () => {
    const requests = manifestRequestsOf(
      sources({ requestAttributes: [[item('A1', 'P1'), item('A2', 'P2')], [item('A2')]] }),
    )
    expect(requests.map(({ accessionNumber, accessionIssuerOid }) => [accessionNumber, accessionIssuerOid])).toEqual([
      ['A1', 'entity:ASST-A'],
      ['A2', 'entity:ASST-A'],
    ])
  })

  it('absent: none, until one is made, which stays beside what an order tells later', () => {
    expect(manifestRequestsOf(sources({}))).toEqual([])
    const generated = { accessionNumber: 'VNA1', issuer: '2.25.1' }
    const order = { accession: 'A7', issuer: '1.2', placers: [{ value: 'P7' }], fillers: [] }
    const requests = manifestRequestsOf(sources({ generated, orders: [order] }))
    expect(requests.map((request) => [request.accessionNumber, request.generated])).toEqual([
      ['A7', false],
      ['VNA1', true],
    ])
  })

  it('of an order that names the study alone are those of its first number', () => {
    const order = { accession: '', issuer: '', placers: [{ value: 'P1', issuer: '1.9' }], fillers: [{ value: 'F1' }] }
    expect(manifestRequestsOf(sources({ accessionNumber: 'A1', orders: [order] }))).toMatchObject([
      { accessionNumber: 'A1', placerOrderNumber: 'P1', placerIssuerOid: '1.9', fillerOrderNumber: 'F1' },
    ])
    expect(manifestRequestsOf(sources({ orders: [order] }))).toEqual([])
  })
})

describe('the person of a study', () => {
  const cf = '2.16.840.1.113883.2.9.4.3.2'
  const stp = '2.16.840.1.113883.2.9.4.3.17'
  const id = (value: string, issuer: string, resolved: { value: string; issuer: string } | null = null) => ({
    value,
    issuer,
    resolved,
  })

  it('is who its identifiers stand for', () => {
    expect(nationalIdentifierOf([id('L1', 'entity:A', { value: 'CF1', issuer: cf })])).toEqual({
      value: 'CF1',
      issuer: cf,
    })
    expect(nationalIdentifierOf([id('L1', 'entity:A'), id('S1', stp)])).toEqual({ value: 'S1', issuer: stp })
    expect(nationalIdentifierOf([id('S1', stp), id('CF1', cf)])).toEqual({ value: 'CF1', issuer: cf })
  })

  it('is nobody where they stand for two, or for none', () => {
    expect(nationalIdentifierOf([id('CF1', cf), id('L1', 'entity:A', { value: 'CF2', issuer: cf })])).toBeUndefined()
    expect(nationalIdentifierOf([id('L1', 'entity:A')])).toBeUndefined()
    expect(nationalIdentifierOf([])).toBeUndefined()
  })
})
