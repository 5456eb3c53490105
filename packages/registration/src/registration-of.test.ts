import type { SidecarInstance } from '@vna/archive'
import { describe, expect, it } from 'vitest'
import { registrationOf } from './registration-of.ts'

const digest = 'ab'.repeat(32)
const member = {
  ...{ entityCode: 'ASST-A', source: 'STORESCU dimse', campaign: undefined, receivedAt: '2026-11-24T10:11:10.000Z' },
  ...{ seq: 3, sha256: Buffer.from(digest, 'hex'), offset: 2048, lengthBytes: 900, dataSetOffset: 360 },
}
const header = {
  ...{ sopClassUid: '1.2.840.10008.5.1.4.1.1.2', sopInstanceUid: '1.4', studyInstanceUid: '1.2' },
  ...{ seriesInstanceUid: '1.3', patient: { id: 'P1', otherIds: [] }, study: {}, series: {}, instance: {} },
}

function described(changes: Partial<SidecarInstance> = {}): SidecarInstance {
  return {
    ...{ seq: 3, name: '1.4.dcm', offset: 2048, lengthBytes: 900, dataSetOffset: 360, sha256: digest },
    ...{ entity: 'ASST-A', source: 'STORESCU dimse', received: '2026-11-24T10:11:10.000Z' },
    ...{ transferSyntaxUid: '1.2.840.10008.1.2.1', header },
    ...changes,
  }
}

const facts = {
  ...{ packKey: 'packs/k.tar', packDigest: new Uint8Array([1]), packSha256: new Uint8Array([2]), sizeBytes: 4096 },
  ...{ journalId: 'j', segmentId: 's' },
}
const registered = (...instances: readonly SidecarInstance[]) => registrationOf({ ...facts, instances })

describe('the rows of a pack', () => {
  it('are the facts of the pack and one row for each instance that has its UIDs', () => {
    expect(registered(described())).toEqual({
      ...facts,
      sealedAt: '2026-11-24T10:11:10.000Z',
      instances: [{ ...member, header, transferSyntaxUid: '1.2.840.10008.1.2.1' }],
      quarantined: [],
    })
  })

  it('name the campaign of a migrated instance', () => {
    expect(registered(described({ campaign: 'old-pacs' })).instances[0]?.campaign).toBe('old-pacs')
  })

  it('set aside what has no study, with every identifier it does have', () => {
    const astray = described({ header: { ...header, studyInstanceUid: '' } })
    const { instances, quarantined } = registered(described(), astray)
    expect(instances).toHaveLength(1)
    expect(quarantined).toEqual([
      {
        ...member,
        ...{ reason: 'missing-study-uid', detail: undefined, transferSyntaxUid: '1.2.840.10008.1.2.1' },
        ...{ sopClassUid: header.sopClassUid, sopInstanceUid: '1.4', studyInstanceUid: undefined },
        seriesInstanceUid: '1.3',
      },
    ])
  })

  it('set aside what could not be read, whatever its header says, with the problem as detail', () => {
    const { instances, quarantined } = registered(described({ problem: 'truncated' }))
    expect(instances).toEqual([])
    expect(quarantined).toMatchObject([{ reason: 'unreadable', detail: 'truncated', studyInstanceUid: '1.2' }])
  })

  it('set aside what could not be described, apart from what is unreadable', () => {
    const { quarantined } = registered(described({ problem: 'json-too-long', undescribable: true }))
    expect(quarantined).toMatchObject([{ reason: 'undescribable', detail: 'json-too-long', sopInstanceUid: '1.4' }])
  })

  it('set aside what names a transfer syntax that is no UID, without it: it cannot be a key', () => {
    const { instances, quarantined } = registered(described({ transferSyntaxUid: '1'.repeat(3_000) }))
    expect(instances).toEqual([])
    expect(quarantined).toMatchObject([{ reason: 'invalid-transfer-syntax-uid', transferSyntaxUid: undefined }])
  })

  it('take the SOP Instance UID of an unreadable one from the name of its member, and an empty text for none', () => {
    const unknown = { ...header, sopClassUid: '', sopInstanceUid: '', studyInstanceUid: '', seriesInstanceUid: '' }
    const unreadable = described({ problem: 'no-preamble', header: unknown, transferSyntaxUid: '', name: '1.9.dcm' })
    const [first, second] = registered(unreadable, { ...unreadable, name: '.dcm' }).quarantined
    expect(first).toMatchObject({ sopInstanceUid: '1.9', sopClassUid: undefined, studyInstanceUid: undefined })
    expect(first).toMatchObject({ seriesInstanceUid: undefined, transferSyntaxUid: undefined })
    expect(second?.sopInstanceUid).toBeUndefined()
  })

  it('do not take `.dcm` inside a name for its ending', () => {
    const { quarantined } = registered(
      described({ problem: 'truncated', header: { ...header, sopInstanceUid: '' }, name: '1.dcm.2' }),
    )
    expect(quarantined[0]?.sopInstanceUid).toBe('1.dcm.2')
  })

  it('are sealed when the last instance came, whatever their order', () => {
    const at = (received: string) => described({ received })
    const pack = registered(at('2026-11-24T10:11:12.500Z'), at('2026-11-24T10:11:12.499Z'))
    expect(pack.sealedAt).toBe('2026-11-24T10:11:12.500Z')
  })

  it('keep the order of the pack', () => {
    const uids = ['1.9', '1.7', '1.8']
    const pack = registered(...uids.map((uid) => described({ header: { ...header, sopInstanceUid: uid } })))
    expect(pack.instances.map((instance) => instance.header.sopInstanceUid)).toEqual(uids)
  })

  it('are none of an empty pack', () => {
    expect(registered()).toEqual({ ...facts, sealedAt: '', instances: [], quarantined: [] })
  })
})
