/**
 * A journal writer of its own process, to be killed: `node writing-process.ts <folder> <fault point> <nth time>`.
 * Prints `ready`, then `<name> <sha256>` for each acknowledged instance, and kills itself with SIGKILL when the point is
 * reached for the nth time (`never`: goes on until it is stopped from outside).
 */
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openJournal } from '../../../packages/archive/src/journal/journal.ts'

const [folder, killPoint, nth] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`) // at once: nothing said may be lost with the process
let reached = 0

const journal = await openJournal({
  folder: folder!,
  journalId: 'crash-test',
  limits: { hardFreeBytes: 0, sealBytes: 60_000 },
  faults: {
    reach: (point) => {
      if (point === killPoint && ++reached >= Number(nth)) process.kill(process.pid, 'SIGKILL')
    },
  },
})
say('ready')

async function runLane(study: number): Promise<void> {
  const lane = journal.openLane({ entityCode: 'E', source: 's' })
  for (let n = 0; killPoint === 'never' || n < 200; n++) {
    const dataSet = Buffer.alloc(5000 + ((n * 7919) % 9000), n)
    const sopInstanceUid = `1.${study}.${n}`
    const writer = lane.begin({ prefix: Buffer.alloc(300, 1), studyInstanceUid: `1.${study}`, sopInstanceUid })
    for (let at = 0; at < dataSet.length; at += 4096) {
      writer.write([dataSet.subarray(at, at + 4096)])
      await new Promise(setImmediate) // as between two reads of a socket: other lanes come in between
    }
    await writer.commit()
    say(`${sopInstanceUid}.dcm ${createHash('sha256').update(dataSet).digest('hex')}`)
  }
  await lane.close()
}

await Promise.all([1, 2, 3].map(runLane))
await journal.close()
