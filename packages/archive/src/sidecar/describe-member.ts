import {
  DataSetScanner,
  DicomError,
  type DicomJson,
  encodingOf,
  frameRanges,
  type InstanceIdentity,
  parsePart10Prefix,
  type ScannedElement,
  type ScanResult,
  toDicomJson,
} from '@vna/dicom'
import { type RangeReader, readExactly } from '../segment/range-reader.ts'
import type { SegmentMember } from '../segment/read-segment.ts'
import { type FrameTable, maxInlineBytes, type SidecarEntry } from './sidecar-format.ts'

/** What `describeMember` is lent to read into. */
export const scanChunkBytes = 64 * 1024
/** Shorter stretches are cheaper to scan than to step over. */
const minSkipBytes = 16 * 1024
/** Enough to guess a transfer syntax the meta group does not name. */
const guessBytes = 16

export interface DescribedMember {
  entry: SidecarEntry
  json: DicomJson
}

/** Reads one member's data set without its pixel data. What is wrong with it becomes the entry's `problem`. */
export async function describeMember(
  reader: RangeReader,
  member: SegmentMember,
  chunk: Buffer,
): Promise<DescribedMember> {
  const transferSyntaxUid = await readTransferSyntax(reader, member)
  const scanner = new DataSetScanner({ transferSyntaxUid: transferSyntaxUid ?? '', capture: 'all' })
  try {
    if (transferSyntaxUid === undefined) throw new DicomError('malformed-file-meta', { offset: 0 })
    await scanDataSet({ reader, member, chunk }, scanner)
    return describeScan(member, transferSyntaxUid, scanner.end())
  } catch (error) {
    if (!(error instanceof DicomError)) throw error
    const entry = { ...factsOf(member), transferSyntaxUid: transferSyntaxUid ?? '', problem: error.code }
    return { entry, json: identityJson(scanner.identity) }
  }
}

function describeScan(member: SegmentMember, transferSyntaxUid: string, result: ScanResult): DescribedMember {
  const bulk: Record<string, readonly [number, number, string]> = {}
  const bulkDataUri = (path: string, { offset, length, vr }: ScannedElement) => {
    bulk[path] = [offset, length, vr]
    return `{instance}/bulkdata/${path}`
  }
  const json = toDicomJson(result, { bulkDataUri, maxInlineBytes: maxInlineBytes })
  const frames = frameTableOf(result)
  const declared = encodingOf(transferSyntaxUid)
  const isAsDeclared = result.deflated || result.encoding === declared
  const entry: SidecarEntry = {
    ...factsOf(member),
    transferSyntaxUid,
    ...(isAsDeclared ? {} : { encoding: result.encoding }),
    ...(result.deflated ? { deflated: true as const } : {}),
    ...(frames === undefined ? {} : { frames }),
    ...(Object.keys(bulk).length === 0 ? {} : { bulk }),
  }
  return { entry, json }
}

function factsOf(member: SegmentMember): Omit<SidecarEntry, 'transferSyntaxUid'> {
  return {
    seq: member.seq,
    name: member.name,
    offset: member.offset,
    lengthBytes: member.lengthBytes,
    dataSetOffset: member.dataSetOffset,
    sha256: Buffer.from(member.sha256).toString('hex'),
    entity: member.entityCode,
    source: member.source,
    received: member.receivedAt,
    ...(member.campaign === undefined ? {} : { campaign: member.campaign }),
  }
}

async function readTransferSyntax(reader: RangeReader, member: SegmentMember): Promise<string | undefined> {
  const length = Math.min(member.dataSetOffset + guessBytes, member.lengthBytes)
  const bytes = await readExactly(reader, length, member.offset)
  try {
    const prefix = parsePart10Prefix(bytes, { complete: true })
    if (prefix.kind === 'more' || prefix.dataSetOffset !== member.dataSetOffset) return undefined
    return prefix.transferSyntaxUid
  } catch (error) {
    if (error instanceof DicomError) return undefined
    throw error
  }
}

async function scanDataSet(
  { reader, member, chunk }: { reader: RangeReader; member: SegmentMember; chunk: Buffer },
  scanner: DataSetScanner,
): Promise<void> {
  const end = member.offset + member.lengthBytes
  // The first reads are small, so that they come from the window that the header was read with.
  let wanted = minSkipBytes / 2
  for (let position = member.offset + member.dataSetOffset; position < end; ) {
    const skippable = Math.min(scanner.skippableBytes, end - position)
    if (skippable >= minSkipBytes) {
      scanner.skip(skippable)
      position += skippable
      continue
    }
    const count = await reader.read(chunk, 0, Math.min(wanted, end - position), position)
    if (count === 0) throw new DicomError('truncated', { offset: position })
    scanner.push(chunk.subarray(0, count))
    position += count
    wanted = chunk.length
  }
}

function frameTableOf(result: ScanResult): FrameTable | undefined {
  const frames = frameRanges(result)
  const first = frames?.[0]?.[0]
  if (frames === undefined || first === undefined) return undefined
  if (result.pixelData?.encapsulated) {
    return {
      kind: 'fragments',
      frames: frames.map((ranges) => ranges.flatMap(({ offset, length }) => [offset, length])),
    }
  }
  return { kind: 'native', count: frames.length, offset: first.offset, lengthBytes: first.length }
}

/** What was seen of the identity before the scan failed, so that an operator can tell whose it is. */
function identityJson(identity: InstanceIdentity): DicomJson {
  const values = [
    ['00080016', 'UI', identity.sopClassUid],
    ['00080018', 'UI', identity.sopInstanceUid],
    ['00100020', 'LO', identity.patientId],
    ['0020000D', 'UI', identity.studyInstanceUid],
    ['0020000E', 'UI', identity.seriesInstanceUid],
  ] as const
  return Object.fromEntries(
    values.flatMap(([tag, vr, value]) => (value === undefined || value === '' ? [] : [[tag, { vr, Value: [value] }]])),
  )
}
