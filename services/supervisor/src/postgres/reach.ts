import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const othersExecute = 0o001

/** The folders from `/` to `path` that the owner keeps others from passing through. */
export function findClosedFolders(path: string): string[] {
  const folders: string[] = []
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & othersExecute) === 0) folders.unshift(folder)
    if (folder === dirname(folder)) return folders
  }
}

/**
 * Lets other users pass through `path` and the folders above it: pass, not list, so they reach only what they can name
 * and what is open to them by its own mode. Answers what was changed, so that it can be said.
 */
export function openPath(path: string): string[] {
  const closed = findClosedFolders(path)
  for (const folder of closed) chmodSync(folder, (statSync(folder).mode & 0o7777) | othersExecute)
  return closed
}
