import { renderTable } from '../../../services/cli/src/output.ts'
import type { LoadRatio, Quartiles } from './pairs.ts'

const legend = `ratios are now / before: median (first to third quartile) over the pairs; a load is "as fast" when the third
quartile of its rate ratio reaches 0.97, and "as frugal" when the median of its CPU ratio is at most 1.05`

export function ratioTableOf(ratios: readonly LoadRatio[]): string {
  const head = ['load', 'pairs', 'quiet', 'unit', 'before', 'now', 'rate ratio', 'CPU s/1000', 'now', 'CPU ratio', '']
  const rows = ratios.map((ratio) => [
    ratio.load,
    String(ratio.pairs),
    String(ratio.quietPairs),
    ratio.rateUnit,
    String(ratio.rate.before),
    String(ratio.rate.now),
    quartilesText(ratio.rateRatio),
    String(ratio.cpuSecondsPer1000?.before ?? ''),
    String(ratio.cpuSecondsPer1000?.now ?? ''),
    ratio.cpuRatio === undefined ? '' : quartilesText(ratio.cpuRatio),
    verdictOf(ratio),
  ])
  return `${renderTable([head, ...rows])}\n\n${legend}`
}

function quartilesText({ median, q1, q3 }: Quartiles): string {
  return `${median.toFixed(3)} (${q1.toFixed(3)}-${q3.toFixed(3)})`
}

function verdictOf(ratio: LoadRatio): string {
  const speed = ratio.isAsFast ? 'as fast' : 'SLOWER'
  if (ratio.cpuRatio === undefined) return speed
  return `${speed}, ${ratio.isAsFrugal ? 'as frugal' : 'MORE CPU'}`
}
