import type { Logger } from './logger.ts'

export interface Repeating {
  /** Starts no further run and waits for the one under way. */
  stop(): Promise<void>
}

/**
 * Does something again and again, one run at a time. A run that fails is logged once until one succeeds: such
 * tasks exist to survive what is down.
 */
export function repeat(o: {
  name: string
  intervalMs: number
  logger: Logger
  task(signal: AbortSignal): Promise<void>
}): Repeating {
  const stopping = new AbortController()
  let wasFailing = false
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()

  const run = async (): Promise<void> => {
    try {
      await o.task(stopping.signal)
      if (wasFailing) o.logger.info({ task: o.name }, 'works again')
      wasFailing = false
    } catch (error) {
      if (!wasFailing && !stopping.signal.aborted) o.logger.warn({ task: o.name, err: error }, 'failed, will go on')
      wasFailing = true
    }
    if (!stopping.signal.aborted) timer = setTimeout(next, o.intervalMs)
  }
  const next = (): void => {
    running = run()
  }
  next()
  return {
    stop: async () => {
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}
