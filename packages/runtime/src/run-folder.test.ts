import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  claimRunRecord,
  findProcessStart,
  findRunRecord,
  listRunRecords,
  removeRunRecord,
  writeRunRecord,
} from './run-folder.ts'

const noProcess = 4_194_305 // past the largest pid Linux gives

describe('run records', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'vna-run-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  const own = () => ({ pid: process.pid, startedAt: 'now', processStart: findProcessStart(process.pid) ?? '' })

  it('are found while their process lives', () => {
    writeRunRecord(home, 'gateway', { ...own(), http: 'http://127.0.0.1:1' })
    expect(findRunRecord(home, 'gateway')).toMatchObject({ pid: process.pid, http: 'http://127.0.0.1:1' })
    expect(readFileSync(join(home, 'run', 'gateway.pid'), 'utf8')).toBe(`${process.pid}\n`)
    expect(statSync(join(home, 'run', 'gateway.json')).mode & 0o077).toBe(0)
    expect([...listRunRecords(home).keys()]).toEqual(['gateway'])
  })

  it('count as absent when the process is gone, or another bears its pid', () => {
    writeRunRecord(home, 'gateway', { pid: noProcess, startedAt: 'then' })
    expect(findRunRecord(home, 'gateway')).toBeUndefined()
    writeRunRecord(home, 'gateway', { ...own(), processStart: '1' })
    expect(findRunRecord(home, 'gateway')).toBeUndefined()
    expect(findRunRecord(home, 'query')).toBeUndefined()
  })

  it('are claimed by one live process only, and taken over from a dead one', () => {
    writeRunRecord(home, 'supervisor', { pid: noProcess, startedAt: 'then' })
    claimRunRecord(home, 'supervisor', own())
    expect(() => claimRunRecord(home, 'supervisor', own())).toThrow(`supervisor runs already under ${home}`)
  })

  it('are claimed over one that a power cut left empty', () => {
    writeRunRecord(home, 'supervisor', own())
    writeFileSync(join(home, 'run', 'supervisor.json'), '')
    claimRunRecord(home, 'supervisor', own())
    expect(findRunRecord(home, 'supervisor')).toMatchObject({ pid: process.pid })
  })

  it('are removed by their own process only', () => {
    writeRunRecord(home, 'gateway', own())
    removeRunRecord(home, 'gateway', noProcess)
    expect(findRunRecord(home, 'gateway')).toBeDefined()
    removeRunRecord(home, 'gateway', process.pid)
    expect(findRunRecord(home, 'gateway')).toBeUndefined()
  })
})
