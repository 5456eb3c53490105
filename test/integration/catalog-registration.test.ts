import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CatalogFixture, samplePack, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
}, 60_000)
afterAll(() => fixture.stop())
beforeEach(() => fixture.clear())

describe('registering packs', () => {
  it('makes the instances of a pack findable, in order', async () => {
    const pack = samplePack([{ sop: '1.2.3.4.2' }, { sop: '1.2.3.4.1' }])
    const result = await fixture.catalog.registerPack(pack)
    expect(result).toEqual({ studies: [{ studyInstanceUid: '1.2.3', revision: 1 }], alreadyRegistered: false })

    const located = await fixture.catalog.locateInstances({ studyInstanceUid: '1.2.3' }, { kind: 'all' })
    expect(located.map(({ sopInstanceUid }) => sopInstanceUid)).toEqual(['1.2.3.4.2', '1.2.3.4.1'])
    expect(located[0]).toMatchObject({
      packKey: pack.packKey,
      offset: 2048,
      lengthBytes: 526_000,
      dataSetOffset: 360,
      entityCode: 'ASST-A',
    })
    expect(Buffer.from(located[0]?.sha256 ?? [])).toEqual(Buffer.from(pack.instances[0]?.sha256 ?? []))
  })

  it('changes nothing when a segment is registered again', async () => {
    const pack = samplePack([{ sop: '1.2.3.4.2' }])
    await fixture.catalog.registerPack(pack)
    const again = await fixture.catalog.registerPack(pack)
    expect(again).toEqual({ studies: [{ studyInstanceUid: '1.2.3', revision: 1 }], alreadyRegistered: true })
  })
})
