import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataSetScanner, DicomError, type InstanceIdentity, parsePart10Prefix } from '@vna/dicom'
import { distinctContexts, type SendGroup, type SendItem } from './send-item.ts'
import { SendingError } from './sending-error.ts'

/** Media Storage Directory Storage: an index of files, not an instance. */
const dicomdirSopClassUid = '1.2.840.10008.1.3.10'
/** The identity stands in the first kilobytes; a header that hides it longer is sent without its study. */
const headStepsBytes = [16 * 1024, 256 * 1024, 2 * 1024 * 1024] as const
/** Larger files are streamed. */
const wholeFileMaxBytes = 8 * 1024 * 1024
const readChunkBytes = 1024 * 1024

export interface SkippedFile {
  readonly path: string
  readonly reason: string
}
export interface FoundFiles {
  readonly groups: readonly SendGroup[]
  readonly skipped: readonly SkippedFile[]
}

type FileItem = SendItem & { readonly studyInstanceUid: string | undefined }

/** Walks files and folders; what is not DICOM is named, not an error, unless nothing at all is. */
export async function findFiles(paths: readonly string[], o: { readonly signal: AbortSignal }): Promise<FoundFiles> {
  const items: FileItem[] = []
  const skipped: SkippedFile[] = []
  for (const path of paths) {
    for await (const file of walk(path)) {
      o.signal.throwIfAborted()
      const read = await readItem(file)
      if ('reason' in read) skipped.push(read)
      else items.push(read)
    }
  }
  return { groups: groupByStudy(items), skipped }
}

async function* walk(path: string): AsyncGenerator<string> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new SendingError('not-found', `${path} cannot be read`, { cause })
  })
  if (!info.isDirectory()) {
    yield path
    return
  }
  const entries = await readdir(path, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = join(path, entry.name)
    if (entry.isDirectory()) yield* walk(inner)
    else if (entry.isFile() || entry.isSymbolicLink()) yield inner
  }
}

async function readItem(path: string): Promise<FileItem | SkippedFile> {
  if (basename(path).toUpperCase() === 'DICOMDIR') return { path, reason: 'DICOMDIR' }
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    return await readHead(handle, { path, size })
  } catch (error) {
    if (error instanceof DicomError) return { path, reason: error.code }
    throw error
  } finally {
    await handle.close()
  }
}

interface Head {
  readonly dataSetOffset: number
  readonly transferSyntaxUid: string
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly studyInstanceUid: string | undefined
}

async function readHead(
  handle: FileHandle,
  file: { readonly path: string; readonly size: number },
): Promise<FileItem | SkippedFile> {
  for (const step of headStepsBytes) {
    const bytes = Buffer.alloc(Math.min(step, file.size))
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    const isLastStep = step === headStepsBytes.at(-1) || bytesRead === file.size
    const head = parseHead(bytes.subarray(0, bytesRead), isLastStep)
    if (head === undefined) continue
    if (head.sopClassUid === dicomdirSopClassUid) return { path: file.path, reason: 'DICOMDIR' }
    if (head.sopClassUid === '' || head.sopInstanceUid === '') return { path: file.path, reason: 'no SOP UIDs' }
    return itemOf(file, head)
  }
  return { path: file.path, reason: 'no readable header' }
}

/** Nothing while more of the file could still tell. */
function parseHead(bytes: Uint8Array, isLastStep: boolean): Head | undefined {
  const prefix = parsePart10Prefix(bytes, { complete: isLastStep })
  if (prefix.kind === 'more') return undefined
  const { identity, complete } = scanIdentity(bytes.subarray(prefix.dataSetOffset), prefix.transferSyntaxUid)
  if (!complete && !isLastStep) return undefined
  const meta = prefix.kind === 'part10' ? prefix : undefined
  return {
    dataSetOffset: prefix.dataSetOffset,
    transferSyntaxUid: prefix.transferSyntaxUid,
    // The data set is what is sent; where file meta disagrees with it, a receiver would refuse the meta's word.
    sopClassUid: identity.sopClassUid || meta?.mediaStorageSopClassUid || '',
    sopInstanceUid: identity.sopInstanceUid || meta?.mediaStorageSopInstanceUid || '',
    studyInstanceUid: identity.studyInstanceUid || undefined,
  }
}

function scanIdentity(
  bytes: Uint8Array,
  transferSyntaxUid: string,
): { readonly identity: InstanceIdentity; readonly complete: boolean } {
  const scanner = new DataSetScanner({ transferSyntaxUid })
  try {
    scanner.push(bytes)
  } catch {
    // A broken data set is sent as it is: judging it is the receiver's part.
    return { identity: scanner.identity, complete: true }
  }
  return { identity: scanner.identity, complete: scanner.identityComplete }
}

function itemOf(file: { readonly path: string; readonly size: number }, head: Head): FileItem {
  const bytesFrom = async (start: number): Promise<Uint8Array | AsyncIterable<Uint8Array>> => {
    if (file.size > wholeFileMaxBytes) {
      return createReadStream(file.path, { start, highWaterMark: readChunkBytes })
    }
    return (await readFile(file.path)).subarray(start)
  }
  return {
    ...head,
    dataSetBytes: file.size - head.dataSetOffset,
    part10Bytes: file.size,
    dataSet: () => bytesFrom(head.dataSetOffset),
    part10: () => bytesFrom(0),
  }
}

function groupByStudy(items: readonly FileItem[]): SendGroup[] {
  const byStudy = Map.groupBy(items, (item) => item.studyInstanceUid ?? '')
  return [...byStudy].map(([studyInstanceUid, members]) => ({
    ...(studyInstanceUid === '' ? {} : { studyInstanceUid }),
    count: members.length,
    contexts: distinctContexts(members),
    items: members,
  }))
}
