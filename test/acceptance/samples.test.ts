import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { dcmsend, type Peer, receiveWithStorescp, storescu } from './support/dcmtk.ts'
import type { DicomWeb } from './support/dicomweb.ts'
import { compareStudies, type ExpectedInstance } from './support/identity.ts'
import { compareMetadataOf } from './support/metadata-check.ts'
import { readWithPydicom } from './support/pydicom.ts'
import { storeByStow } from './support/sample-senders.ts'
import { expectedOf, studySamples } from './support/sample-set.ts'
import { privateSopClassArguments, roundsOf, type Sample } from './support/samples.ts'

const entity = 'ASST-CAMPIONI'
const callingAeTitle = 'CAMPIONI'
const stacksAtOnce = 2
const minSentShare = 0.8
const testTimeoutMs = 180_000

const samples = studySamples()
const running = new Set<Archive>()
let empty: Archive

/** An archive that knows the entity and nothing else: each round starts from a copy of it. */
beforeAll(async () => {
  empty = await Archive.start()
  await empty.addEntity({ code: entity, aeTitles: [callingAeTitle], extra: privateSopClassArguments(samples) })
  await ownerOf(empty)
  await empty.stop()
}, testTimeoutMs)

afterEach(async () => {
  for (const archive of running) await archive.dispose()
  running.clear()
})

afterAll(() => empty.dispose())

/**
 * Some files share a SOP Instance UID, so they go in rounds, each into a fresh archive: in no round does a UID occur
 * twice. Gives one line a deviation, over all rounds.
 */
async function inRounds(
  round: (archive: Archive, samples: readonly Sample[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const waiting = [...roundsOf(samples)]
  const deviations: string[] = []
  const work = async () => {
    for (let members = waiting.shift(); members !== undefined; members = waiting.shift()) {
      const archive = await empty.startCopy()
      running.add(archive)
      deviations.push(...(await round(archive, members)))
      running.delete(archive)
      await archive.dispose()
    }
  }
  await Promise.all(Array.from({ length: stacksAtOnce }, work))
  return deviations
}

const ownerOf = (archive: Archive): Promise<DicomWeb> => archive.dicomWeb('entity', { entity: entity })

describe('every valid sample comes back as it was sent', () => {
  it('by STOW-RS, its metadata as pydicom and dcmdump read it', { timeout: testTimeoutMs }, async () => {
    const deviations = await inRounds(async (archive, members) => {
      const web = await ownerOf(archive)
      const refused = await storeByStow(web, members)
      const changed = await compareStudies(web, members.map(expectedOf))
      return [...refused, ...changed, ...(await compareMetadataOf(web, members))]
    })
    expect(deviations).toEqual([])
  })

  it('by C-STORE in its own transfer syntax', { timeout: testTimeoutMs }, async () => {
    const deviations = await inRounds(async (archive, members) => {
      const paths = members.map((sample) => sample.absolutePath)
      const sent = await archive.vna(['send', ...archive.sendTo(callingAeTitle), ...paths])
      const failure = sent.exitCode === 0 ? [] : [`vna send: ${sent.exitCode} ${sent.stdout}${sent.stderr}`]
      return [...failure, ...(await compareStudies(await ownerOf(archive), members.map(expectedOf)))]
    })
    expect(deviations).toEqual([])
  })

  it('by dcmsend, as storescp +B writes it', { timeout: testTimeoutMs }, async () => {
    const send = (peer: Peer, members: readonly Sample[]) =>
      dcmsend(
        peer,
        members.map((sample) => sample.absolutePath),
      )
    expect(await compareWithStorescp(send)).toEqual([])
  })

  it('by storescu, as storescp +B writes it', { timeout: testTimeoutMs }, async () => {
    expect(await compareWithStorescp(storescu)).toEqual([])
  })
})

/** Runs a command against `storescp +B`, then against the archive, which must hold the same bytes. */
async function compareWithStorescp(
  send: (peer: Peer, members: readonly Sample[]) => Promise<unknown>,
): Promise<readonly string[]> {
  let sent = 0
  const deviations = await inRounds(async (archive, members) => {
    const titles = { callingAeTitle: callingAeTitle, calledAeTitle: archive.aeTitle }
    const sopClassUids = members.map((sample) => sample.sopClassUid)
    const expected = await receiveExpected((peer) => send(peer, members), { ...titles, sopClassUids })
    sent += expected.length
    await send({ ...titles, port: archive.ports.dimse }, members)
    return compareStudies(await ownerOf(archive), expected)
  })
  // A few files are beyond DCMTK itself; had it sent next to nothing, nothing would have been compared.
  expect(sent).toBeGreaterThanOrEqual(samples.length * minSentShare)
  return deviations
}

/** What travels for a command, by running it against `storescp +B`; the study each file belongs to is pydicom's word. */
async function receiveExpected(
  send: (peer: Peer) => Promise<unknown>,
  options: Parameters<typeof receiveWithStorescp>[1],
): Promise<readonly ExpectedInstance[]> {
  const received = await receiveWithStorescp(send, options)
  const read = await readWithPydicom(received.files.map((file) => file.path))
  const expected = received.files.map((file) => ({
    ...file,
    name: file.path,
    studyInstanceUid: String(read.get(file.path)?.['0020000D']?.Value?.[0]),
  }))
  await received.dispose()
  return expected
}
