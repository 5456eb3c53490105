import type { Logger } from './logger.ts'

/** One step of stopping; later phases start when it ends or its time is up. */
export interface ShutdownPhase {
  readonly name: string
  readonly limitMs: number
  run(signal: AbortSignal): void | Promise<void>
}

/** Runs the phases in order. A phase that fails or overruns is logged and left behind: stopping always ends. */
export async function runShutdown(phases: readonly ShutdownPhase[], logger: Logger): Promise<{ clean: boolean }> {
  let clean = true
  for (const phase of phases) {
    const outcome = await runPhase(phase, logger)
    clean &&= outcome
  }
  return { clean }
}

async function runPhase(phase: ShutdownPhase, logger: Logger): Promise<boolean> {
  const limit = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<'too-late'>((resolve) => {
    timer = setTimeout(() => {
      limit.abort()
      resolve('too-late')
    }, phase.limitMs)
  })
  try {
    const outcome = await Promise.race([Promise.resolve(phase.run(limit.signal)).then(() => 'done' as const), tooLate])
    if (outcome === 'too-late') logger.warn({ phase: phase.name, limitMs: phase.limitMs }, 'shutdown phase overran')
    return outcome === 'done'
  } catch (error) {
    logger.error({ phase: phase.name, err: error }, 'shutdown phase failed')
    return false
  } finally {
    clearTimeout(timer)
  }
}
