import { join } from 'node:path'
import { type LogFile, openLogFile } from '../process/log-file.ts'

/** The logs of all processes, one bounded file each in `<VNA_HOME>/log`. */
export interface Logs {
  writer(name: string): (line: string) => void
  close(): void
}

export function openLogs(home: string): Logs {
  const files = new Map<string, LogFile>()
  const open = (name: string): LogFile => {
    const file = files.get(name) ?? openLogFile(join(home, 'log', `${name}.log`))
    files.set(name, file)
    return file
  }
  return {
    writer: (name) => {
      const file = open(name)
      return (line) => file.write(line)
    },
    close: () => {
      for (const file of files.values()) file.close()
      files.clear()
    },
  }
}

const errorLevel = 50

/** The short form of a service's log line, when it tells of an error: what a person at the terminal wants to see. */
export function findErrorText(line: string): string | undefined {
  try {
    const entry = JSON.parse(line) as { level?: number; msg?: string; err?: { message?: string } }
    if ((entry.level ?? 0) < errorLevel) return undefined
    return [entry.msg, entry.err?.message].filter((text) => text !== undefined).join(': ')
  } catch {
    return undefined
  }
}
