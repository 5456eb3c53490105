import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RunningServer } from '../server.ts'
import { startVnaFrom } from '../servers/vna.ts'
import type { Checkout } from './checkout.ts'
import { abbaOrder, type Pair, type Sample, type Side } from './pairs.ts'

export interface PairsPlan {
  readonly sides: Readonly<Record<Side, Checkout>>
  readonly pairs: number
  readonly folder: string
  readonly signal: AbortSignal
  onRun(side: Side): void
  onFailure(side: Side, error: Error): void
}

/** Each run on a fresh stack with a home of its own. A pair of which one run fails is left out, and told. */
export async function runPairs(
  plan: PairsPlan,
  measureOnce: (server: RunningServer) => Promise<readonly Sample[]>,
): Promise<readonly Pair[]> {
  const pairs: Pair[] = []
  for (const order of abbaOrder(plan.pairs)) {
    const measured: Partial<Record<Side, readonly Sample[]>> = {}
    for (const side of order) {
      plan.signal.throwIfAborted()
      try {
        measured[side] = await runFresh(plan, side, measureOnce)
        plan.onRun(side)
      } catch (error) {
        plan.signal.throwIfAborted()
        plan.onFailure(side, error as Error)
        break
      }
    }
    const { before, now } = measured
    if (before !== undefined && now !== undefined) pairs.push({ before, now })
  }
  return pairs
}

async function runFresh(
  plan: PairsPlan,
  side: Side,
  measureOnce: (server: RunningServer) => Promise<readonly Sample[]>,
): Promise<readonly Sample[]> {
  const folder = join(plan.folder, 'server')
  mkdirSync(folder, { recursive: true })
  try {
    const server = await startVnaFrom(plan.sides[side], { folder })
    try {
      return await measureOnce(server)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
