import { createHash } from 'node:crypto'
import { dumpWithDcmtk } from './dcmdump.ts'
import type { DicomWeb } from './dicomweb.ts'
import { groupByStudy } from './identity.ts'
import { type BulkReference, compareWithDump, compareWithPydicom, type JsonDataSet } from './metadata-comparison.ts'
import { parseMultipart } from './multipart.ts'
import { type PydicomDataSet, readWithPydicom } from './pydicom.ts'
import type { Sample } from './samples.ts'

const SOP_INSTANCE_UID = '00080018'
const DUMPS_AT_ONCE = 2
/** A comparison that finds almost nothing to compare has not looked: the smallest sample has more elements. */
const MIN_COMPARED = 3

/** Where `/metadata` of the samples' studies differs from what pydicom and dcmdump read in the files. */
export async function compareMetadataOf(web: DicomWeb, samples: readonly Sample[]): Promise<readonly string[]> {
  const read = await readWithPydicom(samples.map((sample) => sample.absolutePath))
  const metadata = await fetchMetadata(web, samples)
  const waiting = [...samples]
  const deviations: string[] = []
  const work = async () => {
    for (let sample = waiting.shift(); sample !== undefined; sample = waiting.shift()) {
      const ours = metadata.get(sample.sopInstanceUid)
      const lines =
        ours === undefined ? ['absent'] : await compareSample(web, sample, ours, read.get(sample.absolutePath)!)
      deviations.push(...lines.map((line) => `metadata of ${sample.path}: ${line}`))
    }
  }
  await Promise.all(Array.from({ length: DUMPS_AT_ONCE }, work))
  return deviations
}

async function fetchMetadata(web: DicomWeb, samples: readonly Sample[]): Promise<ReadonlyMap<string, JsonDataSet>> {
  const found = new Map<string, JsonDataSet>()
  for (const studyInstanceUid of groupByStudy(samples).keys()) {
    for (const instance of await web.search(`/studies/${studyInstanceUid}/metadata?view=as-received`)) {
      found.set(String(instance[SOP_INSTANCE_UID]?.Value?.[0]), instance)
    }
  }
  return found
}

async function compareSample(
  web: DicomWeb,
  sample: Sample,
  ours: JsonDataSet,
  theirs: PydicomDataSet,
): Promise<readonly string[]> {
  const withPydicom = compareWithPydicom(ours, theirs, sample.transferSyntaxUid)
  const dump = await dumpWithDcmtk(sample.absolutePath)
  const withDump = compareWithDump(ours, dump.dataSet, dump.convertedToUtf8)
  const lines = [...withPydicom.differences, ...withDump.differences]
  if (withPydicom.compared < MIN_COMPARED) lines.push(`only ${withPydicom.compared} elements compared`)
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
