import { createHash } from 'node:crypto'
import { type Dump, dumpWithDcmtk } from './dcmdump.ts'
import type { DicomWeb } from './dicomweb.ts'
import { groupByStudy } from './identity.ts'
import { type BulkReference, compareWithDump, compareWithPydicom, type JsonDataSet } from './metadata-comparison.ts'
import { parseMultipart } from './multipart.ts'
import { type PydicomDataSet, readWithPydicom } from './pydicom.ts'
import type { Sample } from './samples.ts'

const sopInstanceUidTag = '00080018'
const requestsAtOnce = 4
/** A comparison that finds almost nothing to compare has not looked: the smallest sample has more elements. */
const minCompared = 3

/** Where one of the peers is wrong: what the archive says instead is what the other peer, or the standard, says. */
const peersAtFault: readonly string[] = [
  // dcmdump converts a CS value by the character set, which does not apply to CS (PS3.5 6.1.2.3).
  'charset/GH1301-gb18030.dcm: 00100040 CS',
  // pydicom 2.3 leaves the escape sequences of ISO 2022 IR 58 in the text; dcmdump reads it as the archive does.
  'charset/chrGB2312.dcm: 00100010 PN',
]

/** Where `/metadata` of the samples' studies differs from what pydicom and dcmdump read in the files. */
export async function compareMetadataOf(web: DicomWeb, samples: readonly Sample[]): Promise<readonly string[]> {
  const paths = samples.map((sample) => sample.absolutePath)
  const [read, dumps] = await Promise.all([readWithPydicom(paths), dumpWithDcmtk(paths)])
  const metadata = await fetchMetadata(web, samples)
  const waiting = [...samples]
  const deviations: string[] = []
  const work = async () => {
    for (let sample = waiting.shift(); sample !== undefined; sample = waiting.shift()) {
      const { absolutePath, path, sopInstanceUid } = sample
      const ours = metadata.get(sopInstanceUid)
      const peers = { pydicom: read.get(absolutePath)!, dump: dumps.get(absolutePath)! }
      const lines = ours === undefined ? ['absent'] : await compareSample(web, ours, peers)
      deviations.push(...lines.map((line) => `${path}: ${line}`))
    }
  }
  await Promise.all(Array.from({ length: requestsAtOnce }, work))
  return deviations.filter((line) => !peersAtFault.some((known) => line.startsWith(known)))
}

async function fetchMetadata(web: DicomWeb, samples: readonly Sample[]): Promise<ReadonlyMap<string, JsonDataSet>> {
  const found = new Map<string, JsonDataSet>()
  for (const studyInstanceUid of groupByStudy(samples).keys()) {
    for (const instance of await web.search(`/studies/${studyInstanceUid}/metadata?view=as-received`)) {
      found.set(String(instance[sopInstanceUidTag]?.Value?.[0]), instance)
    }
  }
  return found
}

interface Peers {
  readonly pydicom: PydicomDataSet
  readonly dump: Dump
}

async function compareSample(web: DicomWeb, ours: JsonDataSet, { pydicom, dump }: Peers): Promise<readonly string[]> {
  const withPydicom = compareWithPydicom(ours, pydicom)
  const withDump = compareWithDump(ours, dump.dataSet, dump.convertedToUtf8)
  const lines = [...withPydicom.differences, ...withDump.differences]
  if (withPydicom.compared < minCompared) lines.push(`only ${withPydicom.compared} elements compared`)
  for (const reference of withPydicom.bulk) lines.push(...(await compareBulk(web, reference)))
  return lines
}

/** Bulk data must be behind its address, with the bytes pydicom has for the element. */
async function compareBulk(web: DicomWeb, reference: BulkReference): Promise<readonly string[]> {
  const response = await web.fetch(reference.uri, {
    headers: { accept: 'multipart/related; type="application/octet-stream"; transfer-syntax=*' },
  })
  if (response.status !== 200) return [`${reference.path}: bulk data answers ${response.status}`]
  const body = Buffer.from(await response.arrayBuffer())
  const parts = parseMultipart(response.headers.get('content-type') ?? '', body)
  const bytes = Buffer.concat(parts.map((part) => part.body))
  const digest = createHash('sha256').update(bytes).digest('hex')
  const isSame = reference.expected.sha256 === digest
  return isSame
    ? []
    : [`${reference.path}: bulk data of ${bytes.length} bytes, pydicom has ${reference.expected.length}`]
}
