import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { instanceHeaderOf, serializeDicomJson } from '@vna/dicom'
import type { RangeReader } from '../segment/range-reader.ts'
import { packDigestOf, readSegment } from '../segment/read-segment.ts'
import { describeMember, scanChunkBytes } from './describe-member.ts'
import { type SidecarHead, type SidecarInstance, sidecarFormat } from './sidecar-format.ts'
import { createWindowedReader } from './windowed-reader.ts'

const compress = promisify(zstdCompress)
/** Without it a damaged byte may be decompressed to other metadata, and nobody notices. */
const withChecksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }

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

/**
 * Describes a sealed segment or pack: a zstd-compressed NDJSON, one line per member. Equal packs give equal bytes. Reads
 * headers only, not pixel data, and does not verify digests (see `verifyPack`). Throws `malformed-segment`.
 */
export async function buildSidecar(reader: RangeReader, o: { packKey: string }): Promise<BuiltSidecar> {
  const windowed = createWindowedReader(reader, windowBytes)
  const chunk = Buffer.allocUnsafe(scanChunkBytes)
  const instances: SidecarInstance[] = []
  const headers: Buffer[] = []
  const lines: string[] = []
  for await (const member of readSegment(windowed)) {
    const { entry, json } = await describeMember(windowed, member, chunk)
    headers.push(member.header)
    instances.push({ ...entry, header: instanceHeaderOf(json) })
    lines.push(`{"h":${JSON.stringify(entry)},"j":${serializeDicomJson(json)}}\n`)
  }
  const packDigest = packDigestOf(headers)
  const { sizeBytes } = reader
  const head: SidecarHead = {
    format: sidecarFormat,
    pack: { key: o.packKey, sizeBytes, digest: packDigest.toString('hex') },
    instances: instances.length,
  }
  const bytes = await compress(`${JSON.stringify(head)}\n${lines.join('')}`, withChecksum)
  const problems = instances.flatMap(({ seq, name, problem }) =>
    problem === undefined ? [] : [{ seq, name, code: problem }],
  )
  return { bytes, packDigest, sizeBytes, instances, problems }
}
