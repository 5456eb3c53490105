import { describe, expect, it } from 'vitest'
import { renderDemo } from './demo/render-demo.ts'
import { createProgress, renderBar, renderTable } from './output.ts'
import { parseDurationSeconds, parseInteger } from './parse-values.ts'

describe('createProgress', () => {
  it('draws on a terminal only', () => {
    const drawn: string[] = []
    const stream = { write: (text: string) => drawn.push(text) }
    const options = { label: 'send', total: 4, unit: 'instances' }
    createProgress(stream, options).finish()
    expect(drawn).toEqual([])
    const progress = createProgress({ ...stream, isTTY: true, columns: 100 }, options)
    progress.advance(3)
    progress.finish()
    expect(drawn.join('')).toContain('75 %  3/4 instances')
  })

  it('fits its line, whatever the width', () => {
    for (const columns of [20, 40, 80, 200]) {
      const bar = renderBar({ label: 'verify', total: 10, unit: 'packs', done: 5, seconds: 1, columns })
      if (columns >= 40) expect(bar.length).toBeLessThan(columns)
    }
    expect(renderBar({ label: 'x', total: 0, unit: 'y', done: 0, seconds: 0, columns: 80 })).toContain('100 %')
  })
})

describe('renderTable', () => {
  it('aligns columns', () => {
    const rows = [
      ['code', 'name'],
      ['A', 'Ente A'],
    ]
    expect(renderTable(rows)).toBe('code  name\nA     Ente A')
  })
})

describe('values', () => {
  it('reads durations and whole numbers', () => {
    expect(['90', '90s', '15m', '1h', '7d'].map(parseDurationSeconds)).toEqual([90, 90, 900, 3600, 604_800])
    expect(parseInteger('42')).toBe(42)
    for (const text of ['', '1w', '-1', '1.5h', 'h']) expect(() => parseDurationSeconds(text)).toThrow()
    for (const text of ['', '-1', '1e3', '0x10']) expect(() => parseInteger(text)).toThrow()
  })
})

describe('renderDemo', () => {
  it('shows commands that can be pasted', () => {
    const text = renderDemo({
      baseUrl: 'http://127.0.0.1:8080',
      record: {
        resolvedPatients: 6,
        reportId: 'R',
        linkState: 'LINKED',
        linkTier: 'T2',
        studyInstanceUid: '1.2.3',
        patientQuery: 'patient.identifier=urn:oid:1.2|X',
        manifests: 2,
      },
      token: 'T',
      entities: [{ code: 'ASST-DEMO', name: 'ASST Demo', instances: 64 }],
    })
    expect(text).toContain('ASST-DEMO (ASST Demo) sent 64 instances')
    expect(text).toContain('curl -s -H "authorization: Bearer $TOKEN" http://127.0.0.1:8080/dicomweb/studies\n')
    expect(text).toContain('a posted report found its study: LINKED by T2; 2 manifests are registered')
    expect(text).toContain('"http://127.0.0.1:8080/fhir/DocumentReference?patient.identifier=urn:oid:1.2|X"')
  })
})
