import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measureThroughput } from './clients/http-client.ts'
import { HttpResponseReader } from './clients/http-response-reader.ts'
import { comparisonTable } from './compare.ts'
import type { IngestResult } from './ingest.ts'
import { parseStat } from './process-tree.ts'
import { ingestRatios } from './report.ts'
import { archivedInstancesIn } from './servers/vna.ts'
import { quantile, spreadOf } from './stats.ts'

describe('HttpResponseReader', () => {
  const answers = {
    length: { bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world', status: 200, body: 11 },
    empty: { bytes: 'HTTP/1.1 204 No Content\r\nX: y\r\n\r\n', status: 204, body: 0 },
    chunked: {
      bytes:
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n\r\nabcd\r\n0\r\nT: u\r\n\r\n',
      status: 200,
      body: 11,
    },
  }

  it.each(Object.entries(answers))('%s: the same result however the bytes are split', (_, answer) => {
    const bytes = Buffer.from(answer.bytes, 'latin1')
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }), (steps) => {
        const reader = new HttpResponseReader()
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const step = steps[turn % steps.length] ?? 1
          expect(reader.isDone).toBe(false)
          reader.push(bytes.subarray(at, at + step))
          at += step
        }
        expect(reader.isDone).toBe(true)
        expect([reader.status, reader.bodyBytes]).toEqual([answer.status, answer.body])
      }),
    )
  })

  it('takes the close as the end of an answer without a length', () => {
    const reader = new HttpResponseReader()
    reader.push(Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc'))
    expect(reader.isDone).toBe(false)
    reader.end()
    expect([reader.isDone, reader.bodyBytes]).toEqual([true, 3])
  })

  it.each(['SSH-2.0\r\n\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'])('refuses %j', (text) => {
    expect(() => new HttpResponseReader().push(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'failed' }))
  })
})

describe('measureThroughput', () => {
  it('counts the bytes of every answer, however many come at once', async () => {
    const server = createServer((_request, response) => setTimeout(() => response.end(Buffer.alloc(100)), 2))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const requests = [{ path: '/one', accept: '*/*' }]
    const result = await measureThroughput({ baseUrl }, requests, { connections: 8, seconds: 1 })
    server.close()
    expect(result.requests).toBeGreaterThan(8)
    expect(result.bodyBytes).toBe(result.requests * 100)
  })
})

describe('parseStat', () => {
  it('counts own and waited-for CPU behind a name with spaces and brackets', () => {
    const text = '42 (tricky) name) S 7 42 42 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 1 0 5000 1 2\n'
    expect(parseStat(42, text)).toEqual({ pid: 42, parentPid: 7, cpuTicks: 110 })
  })
})

describe('archivedInstancesIn', () => {
  it('adds up the lines of the counter and nothing else', () => {
    const text = [
      '# HELP vna_instances_archived_total x',
      'vna_instances_archived_total 3',
      'vna_instances_archived_total{service="archiver"} 4',
      'vna_instances_archived_total_created 1700000000',
    ].join('\n')
    expect(archivedInstancesIn(text)).toBe(7)
  })
})

describe('figures', () => {
  it('interpolates quantiles and takes medians', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5)
    expect(quantile([5], 0.95)).toBe(5)
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
    expect(spreadOf([]).median).toBeNaN()
  })

  it('puts ours against rivals of the same cell only, above 1 being better', () => {
    const cell = (server: 'vna' | 'storescp', speed: number, associations: number): IngestResult => {
      const one = spreadOf([speed])
      const cost = spreadOf([1000 / speed])
      return {
        server,
        load: 'ct',
        client: 'dcmsend',
        associations,
        noDelay: true,
        durability: '',
        instances: 1,
        megabytes: 1,
        runs: [],
        instancesPerSecond: one,
        megabytesPerSecond: one,
        settledInstancesPerSecond: one,
        cpuSecondsPer1000: cost,
        cpuSecondsPerGigabyte: cost,
        peakMegabytes: cost,
        othersCpuCores: one,
        quietRuns: 1,
      }
    }
    const ratios = ingestRatios([cell('vna', 200, 1), cell('storescp', 100, 1), cell('storescp', 100, 4)])
    expect(ratios).toHaveLength(1)
    expect(ratios[0]).toMatchObject({ rival: 'storescp', speed: 2, indexed: 2, cpu: 2, memory: 2 })
  })

  it('knows which figures are better when small', () => {
    const table = comparisonTable([
      { server: 'vna', figures: { 'a ms': spreadOf([1]), 'b MB/s': spreadOf([300]) }, othersCpuCores: spreadOf([0]) },
      {
        server: 'orthanc-sqlite',
        figures: { 'a ms': spreadOf([4]), 'b MB/s': spreadOf([100]) },
        othersCpuCores: spreadOf([0]),
      },
    ])
    const last = table.split('\n').map((line) => line.split(/\s{2,}/).at(-1))
    expect(last.slice(0, 3)).toEqual(['against orthanc-sqlite', '4x', '3x'])
  })
})
