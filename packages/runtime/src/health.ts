export interface CheckResult {
  readonly ok: boolean
  /** Of a check that is ok: what somebody should look at all the same. */
  readonly reason?: string | undefined
  /** Not ok because there is much to do: it passes by itself, and a start need not wait for it. */
  readonly isBusy?: boolean | undefined
}
/** A readiness check: quick, and safe to call several times a second. */
export type HealthCheck = (signal: AbortSignal) => CheckResult | Promise<CheckResult>
export interface Readiness {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, CheckResult>>
}

const checkLimitMs = 2_000

/** The named readiness checks of one process; a check that throws or takes too long counts as failed. */
export class HealthRegistry {
  readonly #checks = new Map<string, HealthCheck>()

  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check)
  }

  /** A back end that is there when `probe` resolves. */
  addProbe(name: string, probe: (signal: AbortSignal) => Promise<unknown>): void {
    this.add(name, async (signal) => {
      await probe(signal)
      return { ok: true }
    })
  }

  remove(name: string): void {
    this.#checks.delete(name)
  }

  async readiness(): Promise<Readiness> {
    const entries = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await runCheck(check)] as const),
    )
    return { ready: entries.every(([, result]) => result.ok), checks: Object.fromEntries(entries) }
  }
}

async function runCheck(check: HealthCheck): Promise<CheckResult> {
  const limit = AbortSignal.timeout(checkLimitMs)
  const tooLate = new Promise<CheckResult>((resolve) => {
    limit.addEventListener('abort', () => resolve({ ok: false, reason: `no answer in ${checkLimitMs} ms` }))
  })
  try {
    return await Promise.race([check(limit), tooLate])
  } catch (error) {
    // The error's own text may hold credentials or data; its code says enough here.
    const code = error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'unknown'
    return { ok: false, reason: code }
  }
}
