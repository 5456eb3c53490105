import { runService, type StartedService } from '../../../packages/runtime/src/index.ts'

const [home = '', mode = ''] = process.argv.slice(2)

await runService({
  name: 'fixture',
  home,
  start: async ({ health, logger, metrics }): Promise<StartedService> => {
    if (mode === 'fail') throw new Error('no')
    if (mode === 'throw-later') setTimeout(fail, 50)
    if (mode === 'reject-later') setTimeout(async () => fail(), 50)
    health.add('always', () => ({ ok: true }))
    health.add('never', () => ({ ok: false, reason: 'on purpose' }))
    metrics.associationsActive.set(3)
    const phase = (name: string) => ({ name, limitMs: 200, run: () => logger.info(`phase ${name}`) })
    const hanging = { name: 'hanging', limitMs: 200, run: () => new Promise<void>(() => undefined) }
    return {
      record: { http: 'http://127.0.0.1:1' },
      phases: mode === 'hang' ? [hanging] : [phase('one'), phase('two')],
    }
  },
})

function fail(): never {
  throw new Error('nobody caught me')
}
