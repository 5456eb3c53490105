import type { RangeReader } from '../segment/range-reader.ts'
import { packDigestOf, readSegment, type SegmentMember } from '../segment/read-segment.ts'
import { type DescribedMember, describeMember, describeProblem, scanChunkBytes } from './describe-member.ts'
import { PackBudget } from './description-limits.ts'
import { type SidecarHead, type SidecarInstance, sidecarFormat } from './sidecar-format.ts'
import { SidecarText } from './sidecar-text.ts'
import { createWindowedReader } from './windowed-reader.ts'

/** Member header, Part 10 prefix and most headers of data sets fit; measured: the median CT and MR need one read. */
const windowBytes = 16 * 1024

export interface SidecarProblem {
  seq: number
  name: string
  code: string
}

export interface BuiltSidecar {
  bytes: Uint8Array
  packDigest: Uint8Array
  sizeBytes: number
  instances: readonly SidecarInstance[]
  /** Members whose data set could not be read to its end; they have an entry like all others. */
  problems: readonly SidecarProblem[]
}

/** A sidecar and what rows are made of: what one who archives a segment needs. */
export type DescribedSegment = Pick<BuiltSidecar, 'bytes' | 'packDigest' | 'instances'>

export interface BuildSidecarOptions {
  readonly packKey: string
  /** Told the number of each member before it is described: should the process end, that member is why. */
  readonly onMember?: ((seq: number) => void) | undefined
  /** Members that are not described, by their number, and why: their entries are `undescribable`. */
  readonly undescribable?: ReadonlyMap<number, string> | undefined
  /** From this number on likewise, all of them: too many took too much. */
  readonly undescribableFrom?: number | undefined
  /** Describes this member alone: the sidecar is then no whole one, and only tells that describing it comes to an end. */
  readonly onlySeq?: number | undefined
}

/**
 * Describes a sealed segment or pack: a zstd-compressed NDJSON, one line per member. Equal packs give equal bytes. Reads
 * headers only, not pixel data, and does not verify digests (see `verifyPack`). A member that takes more than
 * `descriptionLimits` has an entry that says so, as one has that cannot be read. Throws `malformed-segment`.
 */
export async function buildSidecar(reader: RangeReader, o: BuildSidecarOptions): Promise<BuiltSidecar> {
  const windowed = createWindowedReader(reader, windowBytes)
  const chunk = Buffer.allocUnsafe(scanChunkBytes)
  const budget = new PackBudget()
  const instances: SidecarInstance[] = []
  const headers: Buffer[] = []
  const text = new SidecarText()
  const describe = async (member: SegmentMember): Promise<DescribedMember> => {
    const isBeyond = member.seq >= (o.undescribableFrom ?? Number.POSITIVE_INFINITY)
    const known = o.undescribable?.get(member.seq) ?? (isBeyond ? 'not-tried' : undefined)
    if (known !== undefined) return describeProblem({ member, problem: known, isEffort: true })
    o.onMember?.(member.seq)
    return describeMember(member, { reader: windowed, chunk, allowance: budget.allowanceOf(member.lengthBytes) })
  }
  for await (const member of readSegment(windowed)) {
    if (o.onlySeq !== undefined && member.seq !== o.onlySeq) continue
    const { instance, line, cost } = await describe(member)
    headers.push(member.header)
    instances.push(instance)
    budget.spend(member.lengthBytes, cost)
    await text.add(line)
  }
  const packDigest = packDigestOf(headers)
  const { sizeBytes } = reader
  const head: SidecarHead = {
    format: sidecarFormat,
    pack: { key: o.packKey, sizeBytes, digest: packDigest.toString('hex') },
    instances: instances.length,
  }
  const bytes = await text.end(`${JSON.stringify(head)}\n`)
  const problems = instances.flatMap(({ seq, name, problem }) =>
    problem === undefined ? [] : [{ seq, name, code: problem }],
  )
  return { bytes, packDigest, sizeBytes, instances, problems }
}
