import { describe, expect, it } from 'vitest'
import { renderDemo } from './demo/render-demo.ts'
import { createProgress, renderBar, renderTable, visibleJson, visibleText } from './output.ts'
import { parseDurationSeconds, parseInteger, parseTime } from './parse-values.ts'

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

describe('what a peer named itself', () => {
  const hostile = 'A\u001b[31m\nB\u009bC\u202eD\u2028\u{e0041}Città'

  it('is shown and not obeyed', () => {
    expect(visibleText(hostile)).toBe('A\\u{1b}[31m\\u{a}B\\u{9b}C\\u{202e}D\\u{2028}\\u{e0041}Città')
    expect(renderTable([['head'], [hostile]]).split('\n')).toHaveLength(2)
  })

  it('is the same value in JSON, which holds no character that a terminal obeys', () => {
    const json = visibleJson({ hostile })
    expect(JSON.parse(json)).toEqual({ hostile })
    expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  })
})

describe('parseTime', () => {
  it.each([
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24T10:00', '2026-11-24T10:00:00.000Z'],
    ['2026-11-24T10:00:30+01:00', '2026-11-24T09:00:30.000Z'],
  ])('reads %s', (text, time) => {
    expect(parseTime(text).toISOString()).toBe(time)
  })

  it('reads how long ago', () => {
    expect(Math.abs(Date.now() - 900_000 - parseTime('15m').getTime())).toBeLessThan(5_000)
  })

  it.each(['yesterday', '2026-13-01', '24.11.2026', '1e3', ''])('refuses %j', (text) => {
    expect(() => parseTime(text)).toThrow('a time is wanted')
  })
})
