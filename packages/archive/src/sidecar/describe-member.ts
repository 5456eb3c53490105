import {
  DataSetScanner,
  DicomError,
  type DicomErrorCode,
  type DicomJson,
  encodingOf,
  frameLayout,
  type InstanceHeader,
  type InstanceIdentity,
  instanceHeaderOf,
  instanceHeaderTags,
  parsePart10Prefix,
  type ScannedElement,
  type ScanResult,
  serializeDicomJson,
  writeDicomJson,
} from '@vna/dicom'
import { type RangeReader, readExactly } from '../segment/range-reader.ts'
import type { SegmentMember } from '../segment/read-segment.ts'
import { descriptionLimits, type MemberAllowance, type MemberCost } from './description-limits.ts'
import { type FrameTable, maxInlineBytes, type SidecarEntry, type SidecarInstance } from './sidecar-format.ts'

/** What `describeMember` is lent to read into. */
export const scanChunkBytes = 64 * 1024
/** Shorter stretches are cheaper to scan than to step over. */
const minSkipBytes = 16 * 1024
/** Enough to guess a transfer syntax the meta group does not name. */
const guessBytes = 16

/** Not what the data set says is wrong, but how much it takes to describe it. */
const effortCodes: ReadonlySet<DicomErrorCode> = new Set([
  'too-many-elements',
  'too-many-fragments',
  'header-too-long',
  'inflate-limit',
  'too-many-escapes',
  'json-too-long',
  'instance-header-too-long',
])

export interface DescribedMember {
  readonly instance: SidecarInstance
  /** The member's line, in pieces. */
  readonly line: readonly Buffer[]
  readonly cost: MemberCost
}

export interface DescribeOptions {
  readonly reader: RangeReader
  readonly chunk: Buffer
  readonly allowance: MemberAllowance
}

/** Reads one member's data set without its pixel data. What is wrong with it becomes the entry's `problem`. */
export async function describeMember(member: SegmentMember, o: DescribeOptions): Promise<DescribedMember> {
  const transferSyntaxUid = await readTransferSyntax(o.reader, member)
  const scanner = new DataSetScanner({
    transferSyntaxUid: transferSyntaxUid ?? '',
    capture: 'all',
    limits: o.allowance.scan,
  })
  try {
    if (transferSyntaxUid === undefined) throw new DicomError('malformed-file-meta', { offset: 0 })
    await scanDataSet({ ...o, member }, scanner)
    return describeScan(scanner.end(), { member, transferSyntaxUid, allowance: o.allowance })
  } catch (error) {
    const isEffort = error instanceof DicomError ? effortCodes.has(error.code) : isMistake(error)
    if (!(error instanceof DicomError) && !isEffort) throw error
    const problem = error instanceof DicomError ? error.code : 'describing-failed'
    const { identity, position: inflatedBytes } = scanner
    return describeProblem({ member, transferSyntaxUid, identity, inflatedBytes, problem, isEffort })
  }
}

/** A mistake of ours must not keep what came with the instance from the catalog; a disk or a store that fails is none. */
function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError
}

/** The member as one of which nothing but its identity is told. */
export function describeProblem(o: {
  readonly member: SegmentMember
  readonly transferSyntaxUid?: string | undefined
  readonly identity?: InstanceIdentity | undefined
  readonly inflatedBytes?: number | undefined
  readonly problem: string
  readonly isEffort: boolean
}): DescribedMember {
  const entry: SidecarEntry = {
    ...factsOf(o.member),
    transferSyntaxUid: o.transferSyntaxUid ?? '',
    problem: o.problem,
    ...(o.isEffort ? { undescribable: true as const } : {}),
  }
  const json = identityJson(o.identity ?? {})
  return lineOf(entry, {
    header: instanceHeaderOf(json),
    json: [Buffer.from(serializeDicomJson(json))],
    inflatedBytes: o.inflatedBytes ?? 0,
  })
}

function describeScan(
  result: ScanResult,
  o: { readonly member: SegmentMember; readonly transferSyntaxUid: string; readonly allowance: MemberAllowance },
): DescribedMember {
  const { member, transferSyntaxUid } = o
  const { maxEscapes, maxLineBytes } = o.allowance
  const bulk: Record<string, readonly [number, number, string]> = {}
  const bulkDataUri = (path: string, { offset, length, vr }: ScannedElement) => {
    bulk[path] = [offset, length, vr]
    return `{instance}/bulkdata/${path}`
  }
  const json = new LineBytes(maxLineBytes)
  const kept = writeDicomJson(result, {
    bulkDataUri,
    maxInlineBytes,
    maxEscapes,
    keep: instanceHeaderTags,
    write: (piece) => json.add(piece),
  })
  const header = instanceHeaderOf(kept)
  const frames = frameTableOf(result)
  const isAsDeclared = result.deflated || result.encoding === encodingOf(transferSyntaxUid)
  const entry: SidecarEntry = {
    ...factsOf(member),
    transferSyntaxUid,
    ...(isAsDeclared ? {} : { encoding: result.encoding }),
    ...(result.deflated ? { deflated: true as const } : {}),
    ...(frames === undefined ? {} : { frames }),
    ...(Object.keys(bulk).length === 0 ? {} : { bulk }),
    ...(json.lengthBytes < descriptionLimits.headerBesideJsonBytes ? {} : { header }),
  }
  if (JSON.stringify(header).length > descriptionLimits.maxInstanceHeaderBytes) {
    throw new DicomError('instance-header-too-long', { limit: descriptionLimits.maxInstanceHeaderBytes })
  }
  const described = lineOf(entry, { header, json: json.pieces, inflatedBytes: result.lengthBytes })
  if (described.cost.lineBytes > maxLineBytes) throw new DicomError('json-too-long', { limit: maxLineBytes })
  return described
}

function lineOf(
  entry: SidecarEntry,
  o: { readonly header: InstanceHeader; readonly json: readonly Buffer[]; readonly inflatedBytes: number },
): DescribedMember {
  const line = [Buffer.from(`{"h":${JSON.stringify(entry)},"j":`), ...o.json, lineEnd]
  const lineBytes = line.reduce((sum, { length }) => sum + length, 0)
  return { instance: { ...entry, header: o.header }, line, cost: { lineBytes, inflatedBytes: o.inflatedBytes } }
}

const lineEnd = Buffer.from('}\n')

/** Bytes of text up to a limit. */
class LineBytes {
  readonly pieces: Buffer[] = []
  readonly #limit: number
  lengthBytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(text: string): void {
    const piece = Buffer.from(text)
    this.lengthBytes += piece.length
    if (this.lengthBytes > this.#limit) throw new DicomError('json-too-long', { limit: this.#limit })
    this.pieces.push(piece)
  }
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
  const layout = frameLayout(result)
  if (layout === undefined) return undefined
  if (layout.kind === 'native') {
    const { count, offset, length } = layout
    return { kind: 'native', count, offset, lengthBytes: length }
  }
  const { fragments, firsts } = layout
  return {
    kind: 'items',
    offset: fragments.offset,
    lengths: Array.from(fragments.lengths),
    ...(firsts === undefined ? {} : { firsts: Array.from(firsts) }),
  }
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
