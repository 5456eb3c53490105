import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'

/**
 * For fault tests: a hook that kills this process, as `kill -9` would, the first time the named point is reached. Once
 * per data folder (a marker file says so), since a supervisor starts the process again with the same environment.
 */
export function createCrashPoint(o: { home: string; point: string | undefined }): (reached: string) => void {
  return (reached) => {
    if (reached !== o.point || !placeMarker(o.home, reached)) return
    process.kill(process.pid, 'SIGKILL')
  }
}

function placeMarker(home: string, point: string): boolean {
  const folder = join(home, 'run')
  mkdirSync(folder, { recursive: true })
  try {
    closeSync(openSync(join(folder, `crashed-${point}`), 'wx'))
    return true
  } catch {
    return false
  }
}
