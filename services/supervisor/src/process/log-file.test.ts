import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findErrorText } from '../stack/logs.ts'
import { openLogFile } from './log-file.ts'

describe('openLogFile', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vna-log-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('appends, for its owner only', () => {
    const path = join(folder, 'log', 'gateway.log')
    for (const line of ['a', 'b']) {
      const file = openLogFile(path)
      file.write(line)
      file.close()
    }
    expect(readFileSync(path, 'utf8')).toBe('a\nb\n')
    expect(statSync(path).mode & 0o077).toBe(0)
  })

  it('keeps one older file, so that its size has a bound', () => {
    const path = join(folder, 'gateway.log')
    const file = openLogFile(path, 10)
    for (const line of ['first', 'second', 'third']) file.write(line)
    file.close()
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('second\n')
    expect(readFileSync(path, 'utf8')).toBe('third\n')
  })
})

describe('findErrorText', () => {
  it('tells errors only, in short', () => {
    expect(findErrorText('{"level":50,"msg":"sync failed","err":{"message":"ENOSPC"}}')).toBe('sync failed: ENOSPC')
    expect(findErrorText('{"level":30,"msg":"started"}')).toBeUndefined()
    expect(findErrorText('not JSON')).toBeUndefined()
  })
})
