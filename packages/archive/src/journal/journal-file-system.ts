import {
  closeSync,
  constants,
  fdatasync,
  fsync,
  ftruncateSync,
  openSync,
  rename,
  statfs,
  unlink,
  writevSync,
} from 'node:fs'

/** What the journal asks of a disk. A port so that tests can make writes and syncs fail. */
export interface JournalFileSystem {
  /** O_CREAT|O_EXCL|O_RDWR. */
  createFile(path: string): number
  /** One writev(2) at `position`; the count may be short. Synchronous: see `InstanceWriter`. */
  write(fd: number, buffers: readonly Uint8Array[], position: number): number
  truncate(fd: number, sizeBytes: number): void
  /** fdatasync(2). */
  syncData(fd: number): Promise<void>
  /** fsync(2) on a folder: its entries survive a crash. */
  syncFolder(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  close(fd: number): void
  diskSpace(folder: string): Promise<{ freeBytes: number; totalBytes: number }>
}

const segmentFileMode = 0o640

export const nodeJournalFileSystem: JournalFileSystem = Object.freeze<JournalFileSystem>({
  createFile: (path) => openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, segmentFileMode),
  write: (fd, buffers, position) => writevSync(fd, buffers, position),
  truncate: (fd, sizeBytes) => ftruncateSync(fd, sizeBytes),
  // Callbacks, not node:fs/promises: no FileHandle object and no second promise on the path of every instance.
  syncData: (fd) => settled((done) => fdatasync(fd, done)),
  syncFolder: (path) => {
    const fd = openSync(path, constants.O_RDONLY)
    return settled((done) => fsync(fd, done)).finally(() => closeSync(fd))
  },
  rename: (from, to) => settled((done) => rename(from, to, done)),
  unlink: (path) => settled((done) => unlink(path, done)),
  close: (fd) => closeSync(fd),
  diskSpace: (folder) =>
    new Promise((resolve, reject) => {
      statfs(folder, (error, found) => {
        if (error) reject(error)
        else resolve({ freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize })
      })
    }),
})

function settled(start: (done: (error: NodeJS.ErrnoException | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}
