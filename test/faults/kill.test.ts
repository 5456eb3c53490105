import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Archive, type ServiceName } from '../acceptance/support/archive.ts'
import type { DicomWeb } from '../acceptance/support/dicomweb.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { seededRandom } from './support/random.ts'
import { flushAll } from './support/redis.ts'
import { Transfer } from './support/transfer.ts'
import { verifyAcknowledged } from './support/verification.ts'

const rounds = Number(process.env.VNA_FAULT_ROUNDS ?? bySchedule({ short: 3, long: 20 }))
const seed = Number(process.env.VNA_FAULT_SEED ?? 20_260_101)
const victims: readonly ServiceName[] = ['gateway', 'postgres', 'supervisor', 'archiver', 'redis']
const instances = 2_000
const instancesPerStudy = 100
const associations = 4
const entity = 'ASST-GUASTI'
const callingAeTitle = 'GUASTI'
const roundTimeoutMs = 240_000
/** The contract: when the supervisor is killed, its children end. */
const orphansEndMs = 15_000

interface Round {
  readonly round: number
  readonly victim: ServiceName
  readonly afterAcknowledged: number
}

/** Every victim in turn, each at a random moment of the transfer. */
function planRounds(): readonly Round[] {
  const random = seededRandom(seed)
  return Array.from({ length: rounds }, (_, index) => ({
    round: index + 1,
    victim: victims[index % victims.length]!,
    afterAcknowledged: 1 + Math.floor(random() * (instances - 1)),
  }))
}

let archive: Archive
let web: DicomWeb
let transfer: Transfer | undefined

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: [callingAeTitle] })
  web = await archive.dicomWeb('entity', { entity: entity })
}, roundTimeoutMs)

afterEach(async () => {
  await transfer?.dispose()
  transfer = undefined
})

afterAll(() => archive.dispose())

function beginTransfer(name: string): Transfer {
  transfer = new Transfer({ name, instances: instances, instancesPerStudy: instancesPerStudy })
  transfer.start(archive, { associations: associations, callingAeTitle: callingAeTitle })
  return transfer
}

async function kill(victim: ServiceName): Promise<void> {
  const pids = [...archive.servicePids().values()]
  expect(archive.findPid(victim)).toBeDefined()
  if (victim !== 'supervisor') {
    archive.kill(victim)
    return
  }
  await archive.killSupervisor()
  const areGone = () => (pids.some(isRunning) ? undefined : true)
  await waitFor(areGone, { timeoutMs: orphansEndMs, what: 'the children of the killed supervisor to end' })
  await archive.start()
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What is left is sent again; then all of it is there, once. */
async function finish(sending: Transfer): Promise<void> {
  await waitFor(async () => ((await fetch(`${archive.url}/health/ready`)).status === 200 ? true : undefined), {
    timeoutMs: 60_000,
    what: 'the stack to be ready again',
  })
  sending.start(archive, { associations: associations, callingAeTitle: callingAeTitle, skipExistingBy: web })
  expect(await sending.ended(), sending.output.slice(-2000)).toBe(0)
  const all = new Set(sending.fixtures.map((fixture) => fixture.sopInstanceUid))
  expect(await verifyAcknowledged(web, sending.fixtures, all)).toEqual([])
}

describe(`kill -9 in the middle of a transfer (seed ${seed})`, () => {
  it.each(planRounds())(
    'round $round: $victim after $afterAcknowledged acknowledgements loses nothing',
    async ({ round, victim, afterAcknowledged }) => {
      const sending = beginTransfer(`kill-${seed}-${round}`)
      await sending.untilAcknowledged(afterAcknowledged)
      await kill(victim)
      await sending.ended()
      const acknowledged = sending.acknowledged()
      expect(acknowledged.size).toBeGreaterThanOrEqual(afterAcknowledged)
      expect(await verifyAcknowledged(web, sending.fixtures, acknowledged)).toEqual([])
      await finish(sending)
    },
    roundTimeoutMs,
  )
})

describe('FLUSHALL', () => {
  it('at any moment of a transfer changes nothing', { timeout: roundTimeoutMs }, async () => {
    const sending = beginTransfer(`flush-${seed}`)
    for (let part = 1; part <= 8; part += 1) {
      await sending.untilAcknowledged((instances / 10) * part)
      await flushAll(archive.home)
    }
    expect(await sending.ended(), sending.output.slice(-2000)).toBe(0)
    await flushAll(archive.home)
    const all = new Set(sending.fixtures.map((fixture) => fixture.sopInstanceUid))
    expect(sending.acknowledged()).toEqual(all)
    expect(await verifyAcknowledged(web, sending.fixtures, all)).toEqual([])
  })
})
