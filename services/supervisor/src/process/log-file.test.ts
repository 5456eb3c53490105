import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
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
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

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
    const file = openLogFile(path, { maxBytes: 10 })
    for (const line of ['first', 'second', 'third']) file.write(line)
    file.close()
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('second\n')
    expect(readFileSync(path, 'utf8')).toBe('third\n')
  })

  it.runIf(existsSync('/dev/full'))('loses its lines on a full disk and nothing else', () => {
    const file = openLogFile('/dev/full')
    expect(() => file.write('{"level":30}')).not.toThrow()
    file.close()
  })

  it('goes on when the disk has room again, and says how many lines are missing', () => {
    const path = join(folder, 'gateway.log')
    let room = 8
    const file = openLogFile(path, {
      writeBytes: (fd, bytes) => {
        if (room === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
        const written = writeSync(fd, bytes, 0, Math.min(room, bytes.length))
        room -= written
        return written
      },
    })
    for (const line of ['one', 'cut short', 'lost']) file.write(line)
    room = 1_000
    file.write('again')
    file.close()
    const [first, torn, notice, last, end] = readFileSync(path, 'utf8').split('\n')
    expect([first, torn, last, end]).toEqual(['one', 'cut ', 'again', ''])
    expect(JSON.parse(notice ?? '')).toMatchObject({ level: 40, lostLines: 2 })
  })

  it('keeps the old file where a new one cannot be made', () => {
    const path = join(folder, 'gateway.log')
    const file = openLogFile(path, { maxBytes: 10 })
    file.write('first')
    rmSync(folder, { recursive: true })
    expect(() => file.write('second')).not.toThrow()
    file.close()
  })
})

describe('findErrorText', () => {
  it('tells errors only, in short', () => {
    expect(findErrorText('{"level":50,"msg":"sync failed","err":{"message":"ENOSPC"}}')).toBe('sync failed: ENOSPC')
    expect(findErrorText('{"level":30,"msg":"started"}')).toBeUndefined()
    expect(findErrorText('not JSON')).toBeUndefined()
  })
})
