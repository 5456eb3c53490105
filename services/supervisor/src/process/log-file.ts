import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A log file with a bound: past it, the file moves to `<path>.1` (replacing the one before) and a new one begins. */
export type LogFile = { write(line: string): void; close(): void }

const MAX_LOG_BYTES = 16 * 1024 * 1024

export function openLogFile(path: string, maxBytes = MAX_LOG_BYTES): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let fd = openSync(path, 'a', 0o600)
  let size = fstatSync(fd).size
  return {
    write(line) {
      const bytes = Buffer.from(`${line}\n`)
      if (size + bytes.length > maxBytes && size > 0) {
        closeSync(fd)
        renameSync(path, `${path}.1`)
        fd = openSync(path, 'a', 0o600)
        size = 0
      }
      size += writeSync(fd, bytes)
    },
    close: () => closeSync(fd),
  }
}
