import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type ObjectStore, type RangeReader, readExactly } from '@vna/archive'
import { CliError } from './errors.ts'

/** A Part 10 file inside a pack. */
export interface StoredFile {
  readonly packKey: string
  readonly offset: number
  readonly lengthBytes: number
  readonly dataSetOffset: number
  readonly sha256: Uint8Array
}

const chunkBytes = 1024 * 1024

/**
 * Copies the file out of its pack to `path`, or to `stdout` for `-`. The data set's SHA-256 is proven on the way: a file
 * that differs is not left behind (on a stream it is too late, so the command fails after the bytes).
 */
export async function writeStoredFile(o: {
  store: ObjectStore
  file: StoredFile
  path: string
  stdout: Writable
  signal: AbortSignal
}): Promise<void> {
  const reader = await o.store.openReader(o.file.packKey)
  try {
    if (o.path === '-') return await copy(reader, o.file, o.stdout, o.signal)
    await copyToFile(reader, o)
  } finally {
    await reader.close()
  }
}

async function copyToFile(
  reader: RangeReader,
  o: { file: StoredFile; path: string; signal: AbortSignal },
): Promise<void> {
  const draft = `${o.path}.${process.pid}.part`
  const target = createWriteStream(draft, { flags: 'wx', mode: 0o600 })
  try {
    await once(target, 'open')
    await copy(reader, o.file, target, o.signal)
    target.end()
    await finished(target)
    await rename(draft, o.path)
  } catch (error) {
    target.destroy()
    await rm(draft, { force: true })
    throw error
  }
}

async function copy(reader: RangeReader, file: StoredFile, target: Writable, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256')
  for (let at = 0; at < file.lengthBytes; ) {
    signal.throwIfAborted()
    const length = Math.min(chunkBytes, file.lengthBytes - at)
    const bytes = await readExactly(reader, length, file.offset + at)
    hashDataSet(hash, bytes, file.dataSetOffset - at)
    at += length
    if (!target.write(bytes)) await once(target, 'drain')
  }
  if (!hash.digest().equals(file.sha256)) {
    throw new CliError('failed', 'the stored bytes do not match the digest of what was received')
  }
}

function hashDataSet(hash: Hash, bytes: Uint8Array, dataSetStart: number): void {
  hash.update(dataSetStart > 0 ? bytes.subarray(dataSetStart) : bytes)
}
