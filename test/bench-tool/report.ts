import { renderTable } from '../../services/cli/src/output.ts'
import type { IngestResult } from './ingest.ts'
import type { ServerName } from './server.ts'
import { rounded, type Spread } from './stats.ts'

export function spreadText(spread: Spread): string {
  const [median, min, max] = [spread.median, spread.min, spread.max].map((value) => String(rounded(value)))
  return min === max ? `${median}` : `${median} (${min}-${max})`
}

export function ingestTable(results: readonly IngestResult[]): string {
  const head = [
    'load',
    'client',
    'at once',
    'server',
    'inst/s',
    'MB/s',
    'indexed/s',
    'CPU s/1000',
    'CPU s/GB',
    'MB',
    'quiet runs',
  ]
  const rows = results.map((result) => [
    result.load,
    result.client + (result.noDelay ? '' : ' (Nagle)'),
    String(result.associations),
    result.server,
    spreadText(result.instancesPerSecond),
    spreadText(result.megabytesPerSecond),
    spreadText(result.settledInstancesPerSecond),
    spreadText(result.cpuSecondsPer1000),
    spreadText(result.cpuSecondsPerGigabyte),
    spreadText(result.peakMegabytes),
    `${result.quietRuns} of ${result.runs.length}`,
  ])
  return renderTable([head, ...rows])
}

export interface IngestRatio {
  readonly load: string
  readonly client: string
  readonly associations: number
  readonly noDelay: boolean
  readonly rival: ServerName
  /** Above 1: we are faster, or use less. */
  readonly speed: number
  readonly indexed: number
  readonly cpu: number
  readonly memory: number
}

/** Ours against each rival, cell by cell. */
export function ingestRatios(results: readonly IngestResult[]): readonly IngestRatio[] {
  const cellOf = (result: IngestResult): string =>
    [result.load, result.client, result.associations, result.noDelay].join(' ')
  const ours = new Map(results.filter((result) => result.server === 'vna').map((result) => [cellOf(result), result]))
  return results.flatMap((theirs) => {
    const our = ours.get(cellOf(theirs))
    if (our === undefined || theirs.server === 'vna') return []
    const { load, client, associations, noDelay } = theirs
    return {
      load,
      client,
      associations,
      noDelay,
      rival: theirs.server,
      speed: rounded(our.instancesPerSecond.median / theirs.instancesPerSecond.median),
      indexed: rounded(our.settledInstancesPerSecond.median / theirs.settledInstancesPerSecond.median),
      cpu: rounded(theirs.cpuSecondsPer1000.median / our.cpuSecondsPer1000.median),
      memory: rounded(theirs.peakMegabytes.median / our.peakMegabytes.median),
    }
  })
}

export function ratioTable(ratios: readonly IngestRatio[]): string {
  if (ratios.length === 0) return ''
  const head = ['load', 'client', 'at once', 'against', 'speed', 'indexed', 'CPU', 'memory']
  const rows = ratios.map((ratio) => [
    ratio.load,
    ratio.client + (ratio.noDelay ? '' : ' (Nagle)'),
    String(ratio.associations),
    ratio.rival,
    ...[ratio.speed, ratio.indexed, ratio.cpu, ratio.memory].map((value) => `${value}x`),
  ])
  return renderTable([head, ...rows])
}

/** Durability differs between servers and is part of every comparison. */
export function durabilityText(results: readonly IngestResult[]): string {
  const lines = new Map(results.map((result) => [result.server, `${result.server}: ${result.durability}`]))
  return [...lines.values()].join('\n')
}
