import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, type FileHandle, link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { ArchiveError, errorCodeOf } from '../archive-error.ts'
import { absentIsUndefined, syncFolder } from '../journal/journal-folder.ts'
import type { RangeReader } from '../segment/range-reader.ts'
import { readExactly } from '../segment/range-reader.ts'
import { sha256OfStream } from './digest.ts'
import { FileReaderPool } from './file-reader-pool.ts'
import { requireKey } from './object-key.ts'
import type { ObjectSource, ObjectStore, PutOptions, StoredObject } from './object-store.ts'

/** Where half-written objects wait; no key can name it, so no listing shows it. */
const temporaryFolder = '.tmp'
const leftoverAgeMs = 3_600_000
const maxRememberedFolders = 10_000

/**
 * Objects as files under a folder. A file put is linked, not copied: a sealed segment becomes a pack without its bytes
 * moving. Whatever `put` resolved survives a crash: the bytes, the name, and every folder above it are synced.
 */
export class FileObjectStore implements ObjectStore {
  readonly kind = 'file'
  readonly #root: string
  readonly #pool = new FileReaderPool()
  /** Folders known to be durable up to the root. */
  readonly #durableFolders = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  describe(): string {
    return `file:${this.#root}`
  }

  prepare(): Promise<void> {
    return translated(async () => {
      await this.#makeFolder(this.#root)
      const temporary = join(this.#root, temporaryFolder)
      await this.#makeFolder(temporary)
      for (const name of await readdir(temporary)) {
        const path = join(temporary, name)
        const found = await stat(path).catch(absentIsUndefined)
        if (found !== undefined && Date.now() - found.mtimeMs > leftoverAgeMs) {
          await unlink(path).catch(absentIsUndefined)
        }
      }
    })
  }

  put(key: string, source: ObjectSource, o: PutOptions): Promise<{ sha256?: Uint8Array }> {
    return translated(async () => {
      const path = this.#pathOf(key)
      const digest = await checkSource(source, o)
      await this.#makeFolder(dirname(path))
      if ('path' in source) await this.#putFile(source.path, path)
      else await this.#putBytes(source.bytes, path)
      await syncFolder(dirname(path))
      this.#pool.evict(path)
      return digest === undefined ? {} : { sha256: digest }
    })
  }

  async read(key: string, range?: { offset: number; length: number }): Promise<Uint8Array> {
    const reader = await this.openReader(key)
    try {
      const { offset, length } = range ?? { offset: 0, length: reader.sizeBytes }
      return await translated(() => readExactly(reader, length, offset))
    } finally {
      await reader.close()
    }
  }

  openReader(key: string): Promise<RangeReader> {
    return translated(() => this.#pool.openReader(this.#pathOf(key)))
  }

  head(key: string): Promise<{ sizeBytes: number } | undefined> {
    return translated(async () => {
      const found = await stat(this.#pathOf(key)).catch(absentIsUndefined)
      return found?.isFile() ? { sizeBytes: found.size } : undefined
    })
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    // Only whole components can be folders: the rest of the prefix is compared with what is found there.
    const folderKey = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    if (folderKey !== '') requireKey(folderKey.slice(0, -1))
    yield* this.#listFolder(folderKey, prefix)
  }

  delete(key: string): Promise<void> {
    return translated(async () => {
      const path = this.#pathOf(key)
      this.#pool.evict(path)
      await unlink(path).catch(absentIsUndefined)
      await syncFolder(dirname(path)).catch(absentIsUndefined)
    })
  }

  probe(signal: AbortSignal): Promise<void> {
    return translated(async () => {
      signal.throwIfAborted()
      await stat(this.#root)
    })
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  #pathOf(key: string): string {
    requireKey(key)
    return join(this.#root, key)
  }

  async #putFile(from: string, path: string): Promise<void> {
    await withFile(from, 'r', (file) => file.datasync())
    try {
      await link(from, path)
    } catch (error) {
      const code = errorCodeOf(error)
      if (code === 'EEXIST') await this.#replaceByLink(from, path)
      else if (code === 'EXDEV' || code === 'EPERM' || code === 'EMLINK') await this.#putCopy(from, path)
      else throw error
    }
  }

  async #replaceByLink(from: string, path: string): Promise<void> {
    const [source, found] = await Promise.all([stat(from), stat(path)])
    // rename(2) of two names of one file does nothing and leaves both: and nothing is to be done.
    if (source.ino === found.ino && source.dev === found.dev) return
    const temporary = this.#temporaryPath()
    await link(from, temporary)
    await rename(temporary, path)
  }

  async #putCopy(from: string, path: string): Promise<void> {
    await this.#putTemporary(path, async (temporary) => {
      await copyFile(from, temporary)
      await withFile(temporary, 'r+', (file) => file.sync())
    })
  }

  async #putBytes(bytes: Uint8Array, path: string): Promise<void> {
    await this.#putTemporary(path, (temporary) =>
      withFile(temporary, 'wx', async (file) => {
        await file.writeFile(bytes)
        await file.sync()
      }),
    )
  }

  async #putTemporary(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = this.#temporaryPath()
    try {
      await write(temporary)
      await rename(temporary, path)
    } catch (error) {
      await unlink(temporary).catch(() => {}) // the first error is the one to tell
      throw error
    }
  }

  #temporaryPath(): string {
    return join(this.#root, temporaryFolder, randomBytes(8).toString('hex'))
  }

  /** Makes a folder durable: also one that exists, since whoever made it may not have synced it yet. */
  async #makeFolder(path: string): Promise<void> {
    if (this.#durableFolders.has(path)) return
    await mkdir(path, { recursive: true, mode: 0o750 })
    const below = relative(this.#root, path).split(sep).filter(Boolean)
    let at = dirname(this.#root)
    await syncFolder(at)
    for (const part of [relative(at, this.#root), ...below]) {
      at = join(at, part)
      await syncFolder(at)
    }
    if (this.#durableFolders.size >= maxRememberedFolders) this.#durableFolders.clear()
    this.#durableFolders.add(path)
  }

  async *#listFolder(folderKey: string, prefix: string): AsyncGenerator<StoredObject> {
    const entries = await translated(() => readdir(join(this.#root, folderKey), { withFileTypes: true }), {
      missingIs: [],
    })
    // As S3 orders keys: a folder sorts as its name followed by '/'.
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort()
    for (const name of names) {
      const key = folderKey + name
      if (name.startsWith('.') || !(key.startsWith(prefix) || prefix.startsWith(key))) continue
      if (name.endsWith('/')) {
        yield* this.#listFolder(key, prefix)
      } else if (key.startsWith(prefix)) {
        const found = await stat(join(this.#root, key)).catch(absentIsUndefined)
        if (found !== undefined) yield { key, sizeBytes: found.size }
      }
    }
  }
}

/** Size always, digest when one is demanded. */
async function checkSource(source: ObjectSource, o: PutOptions): Promise<Uint8Array | undefined> {
  const sizeBytes = 'bytes' in source ? source.bytes.length : (await stat(source.path)).size
  if (sizeBytes !== o.sizeBytes) {
    throw new ArchiveError('size-mismatch', { details: { sizeBytes, expectedBytes: o.sizeBytes } })
  }
  if (o.sha256 === undefined) return undefined
  const stream = 'bytes' in source ? [source.bytes] : createReadStream(source.path, { highWaterMark: 1024 * 1024 })
  const digest = await sha256OfStream(stream)
  if (!digest.equals(o.sha256)) throw new ArchiveError('digest-mismatch')
  return digest
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, 0o640)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}

async function translated<T>(work: () => Promise<T>, o: { missingIs?: T } = {}): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ArchiveError) throw cause
    const code = errorCodeOf(cause)
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') {
      throw new ArchiveError('store-io', { cause, ...(code === undefined ? {} : { details: { reason: code } }) })
    }
    if (o.missingIs !== undefined) return o.missingIs
    throw new ArchiveError('missing-object', { cause })
  }
}
