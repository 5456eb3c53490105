import { inspect } from 'node:util'
import postgres from 'postgres'
import { describe, expect, it } from 'vitest'
import { isRepeatable, toCatalogError } from './database-error.ts'
import { CatalogError } from './errors.ts'

function serverError(code: string, more: object = {}): Error {
  return Object.assign(Object.create(postgres.PostgresError.prototype), {
    message: 'Key (patient_name)=(ROSSI^MARIO) already exists.',
    stack: 'PostgresError: Key (patient_name)=(ROSSI^MARIO) already exists.\n    at somewhere (file.ts:1:1)',
    detail: 'Failing row contains (ROSSI^MARIO)',
    parameters: ['ROSSI^MARIO'],
    query: 'insert into studies',
    constraint_name: 'studies_uid',
    code,
    ...more,
  })
}

describe('a failure of the database', () => {
  it.each(['23505', '22001', '42703', 'XX000'])('%s tells nothing of the row', (code) => {
    const message = code.startsWith('42') ? { message: 'column "x" does not exist' } : {}
    const error = toCatalogError(serverError(code, message))
    expect(error).toMatchObject({ code: 'internal', retryable: false })
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('ROSSI')
    expect(inspect(error, { depth: 10 })).toContain(code)
  })

  it.each(['57P01', '57P03', '53300', '08006', 'CONNECTION_CLOSED', 'ECONNREFUSED'])('%s may pass', (code) => {
    const error = Object.assign(new Error('x'), { code })
    expect(toCatalogError(error)).toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('of two transactions that met is repeated', () => {
    expect(isRepeatable(serverError('40001'))).toBe(true)
    expect(isRepeatable(serverError('40P01'))).toBe(true)
    expect(isRepeatable(serverError('23505'))).toBe(false)
    expect(isRepeatable(new Error('other'))).toBe(false)
    expect(isRepeatable('text')).toBe(false)
  })

  it('that is not one stays what it was', () => {
    const own = new CatalogError('invalid-input', 'x')
    const other = Object.assign(new Error('x'), { code: 'alias-taken' })
    expect(toCatalogError(own)).toBe(own)
    expect(toCatalogError(other)).toBe(other)
    expect(toCatalogError('text')).toMatchObject({ code: 'internal' })
  })
})
