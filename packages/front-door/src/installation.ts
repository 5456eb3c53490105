import { listRunRecords } from '@vna/runtime'
import { baseUrlOf } from './upstreams.ts'

const answerLimitMs = 2_000
const metricsLimitMs = 5_000
const readinessHeldMs = 1_000

export interface ServiceReadiness {
  readonly ready: boolean
  readonly checks?: unknown
  readonly reason?: string
}

export interface InstallationReadiness {
  readonly ready: boolean
  readonly services: Readonly<Record<string, ServiceReadiness>>
}

/** Asks the other processes of this installation, over their own health and metrics ports. */
export class Installation {
  readonly #home: string
  readonly #expected: readonly string[]
  #lastReadiness: { readonly askedAt: number; readonly answer: Promise<InstallationReadiness> } | undefined

  /** `expected`: services without which the installation is not ready, whether or not they have a run record. */
  constructor(o: { home: string; expected: readonly string[] }) {
    this.#home = o.home
    this.#expected = o.expected
  }

  /** Asked anew once a second at most: anybody may ask us, and each answer costs every service a look at its back ends. */
  readiness(): Promise<InstallationReadiness> {
    const now = performance.now()
    if (this.#lastReadiness === undefined || now - this.#lastReadiness.askedAt >= readinessHeldMs) {
      this.#lastReadiness = { askedAt: now, answer: this.#askAll() }
    }
    return this.#lastReadiness.answer
  }

  async #askAll(): Promise<InstallationReadiness> {
    const addresses = this.opsAddresses()
    const names = [...new Set([...this.#expected, ...addresses.keys()])].sort()
    const entries = await Promise.all(
      names.map(async (name) => [name, await askReadiness(addresses.get(name))] as const),
    )
    return { ready: entries.every(([, service]) => service.ready), services: Object.fromEntries(entries) }
  }

  async metrics(): Promise<string[]> {
    const bases = [...this.opsAddresses().values()]
    const texts = await Promise.all(
      bases.map(async (base) => {
        const limit = AbortSignal.timeout(metricsLimitMs)
        const answer = await fetch(`${base}/metrics`, { signal: limit }).catch(() => undefined)
        return answer?.ok ? await answer.text().catch(() => '') : ''
      }),
    )
    return texts
  }

  /** Base URLs of the health and metrics ports of the services that run. */
  opsAddresses(): ReadonlyMap<string, string> {
    const addresses = new Map<string, string>()
    for (const [name, record] of listRunRecords(this.#home)) {
      const base = baseUrlOf(record.ops)
      if (base !== undefined) addresses.set(name, base)
    }
    return addresses
  }
}

async function askReadiness(base: string | undefined): Promise<ServiceReadiness> {
  if (base === undefined) return { ready: false, reason: 'not running' }
  try {
    const answer = await fetch(`${base}/health/ready`, { signal: AbortSignal.timeout(answerLimitMs) })
    const body = (await answer.json()) as { checks?: unknown }
    return { ready: answer.ok, checks: body.checks }
  } catch {
    return { ready: false, reason: 'no answer' }
  }
}
