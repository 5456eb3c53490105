import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { RuntimeError } from '../errors.ts'
import { configTable, internalTable } from './config-table.ts'
import { defineConfig } from './define-config.ts'
import { renderConfigTable } from './readme-table.ts'
import { Secret } from './secret.ts'
import { required } from './variable.ts'

const parse = defineConfig({ ...configTable, ...internalTable })

function problemsOf(environment: Record<string, string>): unknown {
  try {
    parse(environment)
  } catch (error) {
    return (error as RuntimeError).details.problems
  }
  throw new Error('no problem was found')
}

describe('defineConfig', () => {
  it('gives every default when nothing is set', () => {
    const config = parse({})
    expect(config).toMatchObject({
      home: './data',
      bind: '127.0.0.1',
      httpPort: 8080,
      dimsePort: 11_112,
      aeTitle: 'VNA',
    })
    expect(config).toMatchObject({ insecure: false, studyStableMs: 60_000, databaseUrl: undefined })
  })

  it('reports all problems at once, by name, without repeating a value', () => {
    const environment = { VNA_HTTP_PORT: '70000', VNA_AE_TITLE: 'A\\B', VNA_DATABASE_URL: 'mysql://u:hunter2@h/d' }
    const problems = problemsOf(environment) as string[]
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'VNA_HTTP_PORT',
      'VNA_AE_TITLE',
      'VNA_DATABASE_URL',
    ])
    expect(problems.join()).not.toContain('hunter2')
  })

  it.each([
    ['VNA_DIMSE_PORT', '11112.5'],
    ['VNA_DIMSE_PORT', '-1'],
    ['VNA_DIMSE_PORT', 'on'],
    ['VNA_STUDY_STABLE_MS', '1e3'],
    ['VNA_INSECURE', 'maybe'],
    ['VNA_OBJECT_STORE', 'http://bucket'],
    ['VNA_AE_TITLE', 'SEVENTEEN_LETTERS'],
    ['VNA_LOG_LEVEL', 'loud'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toHaveLength(1)
  })

  it('takes an empty text for absent', () => {
    expect(parse({ VNA_HTTP_PORT: '', VNA_DATABASE_URL: '' })).toMatchObject({ httpPort: 8080, databaseUrl: undefined })
  })

  it('takes off and any port', () => {
    expect(parse({ VNA_DIMSE_PORT: 'off', VNA_HTTP_PORT: '0' })).toMatchObject({ dimsePort: 'off', httpPort: 0 })
  })

  it('knows a slip of a name from a name that is not ours', () => {
    expect(problemsOf({ VNA_DIMSE_PRT: '1' })).toEqual([
      'VNA_DIMSE_PRT: unknown variable, did you mean VNA_DIMSE_PORT?',
    ])
    expect(() => parse({ VNA_OF_ANOTHER_PROGRAM: '1' })).not.toThrow()
  })

  it('demands what is required', () => {
    const parseRequired = defineConfig({ databaseUrl: required(configTable.databaseUrl) })
    expect(() => parseRequired({})).toThrow(RuntimeError)
    expect(parseRequired({ VNA_DATABASE_URL: 'postgres://h/d' }).databaseUrl.reveal()).toBe('postgres://h/d')
  })

  it('is frozen, and shows no secret however it is printed', () => {
    const config = parse({ VNA_DATABASE_URL: 'postgres://u:hunter2@h/d', AWS_SECRET_ACCESS_KEY: 'hunter2' })
    expect(Object.isFrozen(config)).toBe(true)
    const printed = `${JSON.stringify(config)} ${inspect(config, { depth: 5 })} ${config.databaseUrl}`
    expect(printed).not.toContain('hunter2')
    expect(config.awsSecretAccessKey).toBeInstanceOf(Secret)
    expect(config.awsSecretAccessKey?.reveal()).toBe('hunter2')
  })
})

describe('renderConfigTable', () => {
  it('has one row for each variable', () => {
    const rows = renderConfigTable().split('\n').slice(2)
    expect(rows).toHaveLength(Object.keys(configTable).length)
    expect(rows[0]).toBe('| `VNA_HOME` | `./data` | data folder |')
  })
})
