import { describe, expect, it } from 'vitest'
import { createLogger } from './logger.ts'

const patient = 'ROSSI^MARIO'

function logLines(write: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = []
  write(createLogger({ service: 'gateway', level: 'info', stream: { write: (line) => void lines.push(line) } }))
  return lines
}

describe('createLogger', () => {
  it('writes one JSON line with the time and the service', () => {
    const [line = ''] = logLines((logger) => logger.info({ instances: 3 }, 'sealed'))
    expect(JSON.parse(line)).toMatchObject({ level: 30, service: 'gateway', instances: 3, msg: 'sealed' })
    expect(JSON.parse(line).time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  it('leaves out what is below its level', () => {
    expect(logLines((logger) => logger.debug('detail'))).toEqual([])
  })

  it('shows no secret and no patient of known keys, also inside objects', () => {
    const secrets = { token: 'hunter2', request: { authorization: 'hunter2' }, a: { b: { patientName: patient } } }
    const text = logLines((logger) => logger.info(secrets, 'x')).join()
    expect(text).not.toMatch(/hunter2|ROSSI/)
    expect(text).toContain('***')
  })

  it('cuts an error to its own texts: what a driver hangs on it stays out', () => {
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: `Key (name)=(${patient})` })
    const error = Object.assign(new Error('register failed', { cause }), { parameters: [patient], query: patient })
    const [line = ''] = logLines((logger) => logger.error({ err: error }, 'failed'))
    expect(line).not.toContain('ROSSI')
    expect(JSON.parse(line).err).toMatchObject({
      type: 'Error',
      message: 'register failed',
      causes: [{ message: 'duplicate key', code: '23505' }],
    })
  })

  it('masks credentials in URLs of messages', () => {
    const [line = ''] = logLines((logger) => logger.error({ err: new Error('no answer of redis://:hunter2@host:1') }))
    expect(line).not.toContain('hunter2')
    expect(line).toContain('redis://***@host:1')
  })

  it('survives what is no error, and causes in a circle', () => {
    const error = new Error('a')
    error.cause = error
    expect(logLines((logger) => logger.error({ err: error }))).toHaveLength(1)
    expect(logLines((logger) => logger.error({ err: patient })).join()).not.toContain('ROSSI')
  })
})
