import { createHash } from 'node:crypto'
import type { DicomWeb, RetrievedInstance } from './dicomweb.ts'
import { firstDifference } from './part10.ts'
import { waitFor } from './wait.ts'

/** What must come back: the name is for messages, the data set is the truth. */
export interface ExpectedInstance {
  readonly name: string
  readonly studyInstanceUid: string
  readonly transferSyntaxUid: string
  readonly dataSet: Buffer
}

const archivedTimeoutMs = 20_000

/**
 * Retrieves every study as received and compares with what was sent, as bytes and as a multiset: one answer for each
 * instance, none twice, none else. Gives one line a deviation.
 */
export async function compareStudies(web: DicomWeb, expected: readonly ExpectedInstance[]): Promise<readonly string[]> {
  const deviations: string[] = []
  for (const [studyInstanceUid, members] of groupByStudy(expected)) {
    const retrieved = await retrieveWhenComplete(web, studyInstanceUid, members.length)
    deviations.push(...compareInstances(members, retrieved).map((line) => `study ${studyInstanceUid}: ${line}`))
  }
  return deviations
}

/** The retrieved instances, as soon as there are as many as expected; after the time limit, as many as there are. */
async function retrieveWhenComplete(web: DicomWeb, studyInstanceUid: string, count: number) {
  let latest: readonly RetrievedInstance[] = []
  const probe = async () => {
    latest = await web.retrieveAsReceived(`/studies/${studyInstanceUid}`)
    return latest.length >= count ? latest : undefined
  }
  await waitFor(probe, { timeoutMs: archivedTimeoutMs, everyMs: 200 }).catch(() => {})
  return latest
}

function compareInstances(
  expected: readonly ExpectedInstance[],
  retrieved: readonly RetrievedInstance[],
): readonly string[] {
  const left = new Map(retrieved.map((instance, index) => [index, instance]))
  const missing: ExpectedInstance[] = []
  for (const member of expected) {
    const match = [...left].find(([, instance]) => instance.dataSet.equals(member.dataSet))
    if (match === undefined) missing.push(member)
    else left.delete(match[0])
    if (match !== undefined && match[1].transferSyntaxUid !== member.transferSyntaxUid) {
      return [`${member.name}: transfer syntax ${match[1].transferSyntaxUid}, sent ${member.transferSyntaxUid}`]
    }
  }
  const rest = [...left.values()]
  return [
    ...missing.map((member) => `${member.name}: not returned${describeNearest(member, rest)}`),
    ...rest.map((instance) => `unexpected instance ${instance.sopInstanceUid} (${digestOf(instance.dataSet)})`),
  ]
}

/** An instance that is wrong rather than absent usually shares a long beginning with the right one. */
function describeNearest(member: ExpectedInstance, rest: readonly RetrievedInstance[]): string {
  const nearest = rest.find((instance) => instance.dataSet.subarray(0, 64).equals(member.dataSet.subarray(0, 64)))
  return nearest === undefined ? '' : `; the nearest ${firstDifference(member.dataSet, nearest.dataSet)}`
}

export function groupByStudy<T extends { readonly studyInstanceUid: string }>(
  members: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(members, (member) => member.studyInstanceUid)
}

export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
