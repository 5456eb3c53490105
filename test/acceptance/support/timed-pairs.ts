import { see } from './seen.ts'
import { criticalDistance, kolmogorovSmirnov, median } from './two-samples.ts'

/** 2,000 in the long form, where the times are judged; a few else, where they are only printed. */
export const timedRequests = Number(process.env.VNA_TEST_HIDDEN_REQUESTS ?? 20)
const judgedFrom = 1_000

export interface TimedRequest {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
}
export type TimedPair = readonly [hidden: TimedRequest, absent: TimedRequest]

export interface TimeComparison {
  /** One for each pair. */
  readonly lines: readonly string[]
  /** Pairs that time tells apart, where there were enough requests to judge. */
  readonly separated: readonly string[]
}

/** Asks for what is hidden and for what is absent again and again, and compares how long that takes. */
export async function compareTimes(
  pairs: readonly TimedPair[],
  { url, token }: { readonly url: string; readonly token: string },
): Promise<TimeComparison> {
  const lines: string[] = []
  const separated: string[] = []
  for (const pair of pairs) {
    const times = await timesOf(pair, { url, token })
    const distance = kolmogorovSmirnov(times[0], times[1])
    const label = pair[0].path.replaceAll(/[0-9.]{20,}|[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')
    const medians = times.map((values) => median(values).toFixed(2)).join(' against ')
    lines.push(`${label}: D ${distance.toFixed(3)}, median ${medians} ms`)
    if (distance > criticalDistance(timedRequests)) separated.push(label)
  }
  const critical = criticalDistance(timedRequests).toFixed(3)
  process.stdout.write(
    `hidden against absent, ${timedRequests} each, critical D ${critical}\n${lines.map((line) => `${line}\n`).join('')}`,
  )
  return { lines, separated: timedRequests >= judgedFrom ? separated : [] }
}

/** Interleaved, and which comes first changes, so that whatever else the machine does meets both. */
async function timesOf(
  pair: TimedPair,
  { url, token }: { readonly url: string; readonly token: string },
): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < timedRequests; round++) {
    for (const place of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const start = performance.now()
      await see(`${url}${pair[place].path}`, token, { headers: pair[place].headers ?? {} })
      times[place].push(performance.now() - start)
    }
  }
  return times
}
