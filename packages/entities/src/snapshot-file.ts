import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Entity } from './entity.ts'

const snapshotFormat = 1

/** The local copy, or `undefined` when there is none that can be read. */
export async function readSnapshot(file: string): Promise<readonly Entity[] | undefined> {
  try {
    const snapshot: unknown = JSON.parse(await readFile(file, 'utf8'))
    return isSnapshot(snapshot) ? snapshot.entities : undefined
  } catch {
    return undefined
  }
}

/** Written aside, synced and renamed: a reader sees the old list or the new one, never half of one. */
export async function writeSnapshot(file: string, entities: readonly Entity[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const aside = `${file}.${randomBytes(4).toString('hex')}.tmp`
  const handle = await open(aside, 'w', 0o640)
  try {
    await handle.writeFile(JSON.stringify({ format: snapshotFormat, entities }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(aside, file)
}

function isSnapshot(value: unknown): value is { entities: readonly Entity[] } {
  if (value === null || typeof value !== 'object' || !('format' in value) || !('entities' in value)) return false
  return value.format === snapshotFormat && Array.isArray(value.entities)
}
