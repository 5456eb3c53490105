import { describe, expect, it } from 'vitest'
import { parseReport } from '../reports/parse-report.ts'
import { inventedCda } from '../reports/testing/invented-cda.ts'
import { reportReferencesOf } from './report-references.ts'
import {
  accessionIssuer,
  generated,
  inventedStudy,
  ownIssuer,
  series,
  simple,
  studyUid,
} from './testing/invented-study.ts'

const factsWith = (section: string) =>
  parseReport(new TextEncoder().encode(inventedCda({ catalog: `<component>${section}</component>` })), 'text/xml')

describe('references for a report', () => {
  it.each(['standard', 'siss-sample-compat'] as const)('are read back from a CDA in the form %s', (cda) => {
    const { cdaSection } = reportReferencesOf(inventedStudy(), { cda })
    const facts = factsWith(cdaSection)
    expect(facts.studyInstanceUids).toEqual([studyUid])
    expect(facts.modalities).toEqual(['CT', 'ECG', 'KO'])
    const roots = [...cdaSection.matchAll(/<id root="([^"]+)"\/>/g)].map(([, root]) => root)
    const uids = inventedStudy().series.flatMap((one) => [
      one.seriesInstanceUid,
      ...one.instances.map(({ sopInstanceUid }) => sopInstanceUid),
    ])
    expect(roots).toEqual([studyUid, ...uids])
    const observation = /<observation[^>]*><id[^>]*\/><code code="([^"]+)"/.exec(cdaSection)?.[1]
    expect(observation).toBe(cda === 'standard' ? '1.2.840.10008.5.1.4.1.1.2' : '113015')
  })

  it('name accessions with issuer and origin, series and instances', () => {
    const { studies } = reportReferencesOf(inventedStudy({ requests: [simple, generated] }))
    expect(studies).toHaveLength(1)
    expect(studies[0]?.accessions).toEqual([
      { value: 'ACC0001', issuer: accessionIssuer, generated: false },
      { value: 'VNA0001', issuer: ownIssuer, generated: true },
    ])
    expect(studies[0]?.series[1]).toEqual({
      seriesInstanceUID: `${studyUid}.2`,
      modality: 'ECG',
      instances: [{ sopInstanceUID: `${studyUid}.2.1`, sopClassUID: '1.2.840.10008.5.1.4.1.1.9.1.1' }],
    })
  })

  it('escape what a modality must not hold', () => {
    const instances = [{ sopInstanceUid: `${studyUid}.9.1`, sopClassUid: '1.2"/><x>&' }]
    const { cdaSection } = reportReferencesOf(inventedStudy({ series: [series(9, '<&"\u0001', instances)] }))
    expect(cdaSection).toContain('value code="&lt;&amp;&quot;"')
    expect(factsWith(cdaSection).studyInstanceUids).toEqual([studyUid])
  })
})
