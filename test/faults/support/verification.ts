import type { DicomWeb, RetrievedInstance } from '../../acceptance/support/dicomweb.ts'
import type { Fixture } from '../../acceptance/support/fixtures.ts'
import { groupByStudy } from '../../acceptance/support/identity.ts'
import { waitFor } from '../../acceptance/support/wait.ts'

const recoveryTimeoutMs = 90_000
const sopInstanceUidTag = '00080018'

/**
 * The promise: each acknowledged instance is retrievable, byte-identical in its data set, exactly once. An instance
 * that was received whole but not acknowledged may be there too, once; nothing else may. Gives one line a deviation.
 */
export async function verifyAcknowledged(
  web: DicomWeb,
  sent: readonly Fixture[],
  acknowledged: ReadonlySet<string>,
): Promise<readonly string[]> {
  const deviations: string[] = []
  for (const [studyInstanceUid, members] of groupByStudy(sent)) {
    const promised = members.filter((fixture) => acknowledged.has(fixture.sopInstanceUid))
    if (promised.length === 0) continue
    const retrieved = await retrieveWhenPromised(web, studyInstanceUid, promised)
    const listed = await web.search(`/studies/${studyInstanceUid}/instances?limit=${members.length + 1}`)
    deviations.push(...compare(members, promised, retrieved), ...compareListing(listed, retrieved))
  }
  return deviations
}

async function retrieveWhenPromised(web: DicomWeb, studyInstanceUid: string, promised: readonly Fixture[]) {
  let latest: readonly RetrievedInstance[] = []
  const probe = async () => {
    latest = await web.retrieveAsReceived(`/studies/${studyInstanceUid}`)
    const present = new Set(latest.map((instance) => instance.sopInstanceUid))
    return promised.every((fixture) => present.has(fixture.sopInstanceUid)) ? latest : undefined
  }
  await waitFor(probe, { timeoutMs: recoveryTimeoutMs, everyMs: 250 }).catch(() => {})
  return latest
}

function compare(members: readonly Fixture[], promised: readonly Fixture[], retrieved: readonly RetrievedInstance[]) {
  const sentByUid = new Map(members.map((fixture) => [fixture.sopInstanceUid, fixture]))
  const times = new Map<string, number>()
  const deviations: string[] = []
  for (const instance of retrieved) {
    times.set(instance.sopInstanceUid, (times.get(instance.sopInstanceUid) ?? 0) + 1)
    const original = sentByUid.get(instance.sopInstanceUid)
    if (original === undefined) deviations.push(`${instance.sopInstanceUid}: was never sent`)
    else if (!original.dataSet.equals(instance.dataSet)) deviations.push(`${instance.sopInstanceUid}: other bytes`)
  }
  for (const [uid, count] of times) if (count > 1) deviations.push(`${uid}: returned ${count} times`)
  const lost = promised.filter((fixture) => !times.has(fixture.sopInstanceUid))
  return [...deviations, ...lost.map((fixture) => `${fixture.sopInstanceUid}: acknowledged and lost`)]
}

/** The query and the retrieval agree on what is there. */
function compareListing(
  listed: readonly Readonly<Record<string, { Value?: readonly unknown[] }>>[],
  retrieved: readonly RetrievedInstance[],
) {
  const listedUids = listed.map((instance) => String(instance[sopInstanceUidTag]?.Value?.[0])).sort()
  const retrievedUids = retrieved.map((instance) => instance.sopInstanceUid).sort()
  const isSame = JSON.stringify(listedUids) === JSON.stringify(retrievedUids)
  return isSame ? [] : [`the query lists ${listedUids.length} instances, the study has ${retrievedUids.length}`]
}
