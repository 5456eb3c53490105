import type { SendGroup, SendItem } from './send-item.ts'
import type { SendReport } from './send-report.ts'
import { SendingError } from './sending-error.ts'

const pageInstances = 1000
const requestLimitMs = 60_000

export interface ExistingOptions {
  readonly baseUrl: string
  readonly token?: string
  readonly report: SendReport
  readonly signal: AbortSignal
}

/** A group without the instances the archive answers a query for. */
export async function withoutExisting(group: SendGroup, o: ExistingOptions): Promise<SendGroup> {
  if (group.studyInstanceUid === undefined) return group
  const existing = await findInstances(group.studyInstanceUid, o)
  if (existing.size === 0) return group
  const missing: SendItem[] = []
  for (const item of group.items) {
    if (existing.has(item.sopInstanceUid)) o.report.skipped()
    else missing.push(item)
  }
  return { ...group, items: missing, count: missing.length }
}

async function findInstances(studyInstanceUid: string, o: ExistingOptions): Promise<ReadonlySet<string>> {
  const uids = new Set<string>()
  for (let offset = 0; ; offset += pageInstances) {
    const page = await findPage(studyInstanceUid, offset, o)
    for (const uid of page) uids.add(uid)
    // A server may answer fewer than asked for; only an empty page is the end.
    if (page.length === 0) return uids
  }
}

async function findPage(studyInstanceUid: string, offset: number, o: ExistingOptions): Promise<string[]> {
  const url = `${o.baseUrl}/studies/${studyInstanceUid}/instances?limit=${pageInstances}&offset=${offset}`
  const response = await fetch(url, {
    headers: {
      accept: 'application/dicom+json',
      ...(o.token === undefined ? {} : { authorization: `Bearer ${o.token}` }),
    },
    signal: AbortSignal.any([o.signal, AbortSignal.timeout(requestLimitMs)]),
  }).catch((cause: unknown) => {
    throw new SendingError('unreachable', `${o.baseUrl} cannot be reached`, { cause })
  })
  if (response.status === 204 || response.status === 404) return []
  if (!response.ok) throw new SendingError('refused', `QIDO-RS answered ${response.status}`)
  const found = (await response.json()) as readonly { readonly '00080018'?: { readonly Value?: readonly string[] } }[]
  return found.flatMap((instance) => instance['00080018']?.Value?.[0] ?? [])
}
