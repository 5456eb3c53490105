import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { type DicomJson, instanceHeaderOf } from '@vna/dicom'
import { ArchiveError } from '../archive-error.ts'
import {
  maxSidecarBytes,
  readSidecarFormats,
  type SidecarEntry,
  type SidecarHead,
  type SidecarInstance,
} from './sidecar-format.ts'

const decompress = promisify(zstdDecompress)

/** Separates `h` from `j`; inside a JSON string its quotes would be escaped, so the first one found is the one. */
const jsonMark = ',"j":'
const entryStart = '{"h":'
const newline = 0x0a

/** One instance of a sidecar; `json` is its DICOM JSON as it stands, parsed by nobody yet. */
export interface SidecarRecord {
  entry: SidecarEntry
  json: Buffer
}

export interface Sidecar {
  packKey: string
  sizeBytes: number
  packDigest: Uint8Array
  /** In the order of the pack. */
  records: readonly SidecarRecord[]
}

/** Throws `malformed-sidecar` for anything but what `buildSidecar` writes. */
export async function readSidecar(bytes: Uint8Array): Promise<Sidecar> {
  const text = await decompress(bytes, { maxOutputLength: maxSidecarBytes }).catch((cause: unknown) => {
    throw new ArchiveError('malformed-sidecar', { cause })
  })
  const lines = linesOf(text)
  const head = parseHead(lines.shift())
  if (lines.length !== head.instances) throw malformed('instances')
  return {
    packKey: head.pack.key,
    sizeBytes: head.pack.sizeBytes,
    packDigest: Buffer.from(head.pack.digest, 'hex'),
    records: lines.map(parseRecord),
  }
}

/** What `buildSidecar` gave for the same pack: a catalog rebuilt from sidecars equals the first one. */
export function sidecarInstancesOf(sidecar: Sidecar): SidecarInstance[] {
  return sidecar.records.map(({ entry, json }) => ({
    ...entry,
    header: entry.header ?? instanceHeaderOf(parseJson(json.toString('utf8')) as DicomJson),
  }))
}

function linesOf(text: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(newline, start)
    if (end === -1) throw malformed('cut')
    lines.push(text.subarray(start, end))
    start = end + 1
  }
  return lines
}

function parseHead(line: Buffer | undefined): SidecarHead {
  const head = parseJson(line?.toString('utf8') ?? '') as Partial<SidecarHead>
  if (head.format === undefined || !readSidecarFormats.includes(head.format)) throw malformed('format')
  const { pack, instances } = head
  if (typeof pack?.key !== 'string' || typeof pack.sizeBytes !== 'number' || typeof pack.digest !== 'string') {
    throw malformed('head')
  }
  if (typeof instances !== 'number') throw malformed('head')
  return { format: head.format, pack, instances }
}

function parseRecord(line: Buffer): SidecarRecord {
  const mark = line.indexOf(jsonMark)
  if (mark === -1 || line.toString('latin1', 0, entryStart.length) !== entryStart) throw malformed('line')
  const entry = parseJson(line.toString('utf8', entryStart.length, mark)) as SidecarEntry
  if (typeof entry.offset !== 'number' || typeof entry.lengthBytes !== 'number') throw malformed('entry')
  return { entry, json: line.subarray(mark + jsonMark.length, line.length - 1) }
}

function parseJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch (cause) {
    throw new ArchiveError('malformed-sidecar', { cause })
  }
  throw malformed('no object')
}

function malformed(reason: string): ArchiveError {
  return new ArchiveError('malformed-sidecar', { details: { reason } })
}
