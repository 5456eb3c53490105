import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A log file with a bound: past it, the file moves to `<path>.1` (replacing the one before) and a new one begins. A line
 * that cannot be written (full disk, failing disk) is lost and counted, never an error: what writes the log goes on, and
 * the first line that can be written again is preceded by one that tells how many are missing.
 */
export interface LogFile {
  write(line: string): void
  close(): void
}

export interface LogFileOptions {
  readonly maxBytes?: number
  /** Writes bytes to a file descriptor, returns how many; throws as `writeSync` does. */
  readonly writeBytes?: (fd: number, bytes: Uint8Array) => number
}

const maxLogBytes = 16 * 1024 * 1024
const lineFeed = 0x0a

export function openLogFile(path: string, options: LogFileOptions = {}): LogFile {
  const { maxBytes = maxLogBytes, writeBytes = writeSync } = options
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let fd = openSync(path, 'a', 0o600)
  let sizeBytes = fstatSync(fd).size
  let lostLines = 0
  /** The last write was cut short: what follows must not continue its line. */
  let isTorn = false

  const beginAnew = (): void => {
    // Opened first: on a full disk this fails, and then the old file is still in its place.
    const next = openSync(`${path}.new`, 'w', 0o600)
    renameSync(path, `${path}.1`)
    renameSync(`${path}.new`, path)
    closeSync(fd)
    fd = next
    sizeBytes = 0
    isTorn = false
  }
  const append = (text: string): void => {
    const bytes = Buffer.from(`${text}\n`)
    if (sizeBytes + bytes.length > maxBytes && sizeBytes > 0) beginAnew()
    if (isTorn) {
      sizeBytes += writeBytes(fd, Uint8Array.of(lineFeed))
      isTorn = false
    }
    const writtenBytes = writeBytes(fd, bytes)
    sizeBytes += writtenBytes
    if (writtenBytes === bytes.length) return
    isTorn = writtenBytes > 0
    throw new Error('short write')
  }
  return {
    write(line) {
      try {
        if (lostLines > 0) append(lostLinesText(lostLines))
        lostLines = 0
        append(line)
      } catch {
        lostLines++
      }
    },
    close: () => closeSync(fd),
  }
}

function lostLinesText(lostLines: number): string {
  const entry = { level: 40, time: new Date().toISOString(), lostLines, msg: 'lines of this log could not be written' }
  return JSON.stringify(entry)
}
