import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { UlError } from '../errors.ts'
import { resolveLimits } from '../limits.ts'
import { PduReader, type PdvPiece } from '../pdu/pdu-reader.ts'
import { parseCommandSet } from './command-set.ts'
import { MessageWriter } from './message-writer.ts'

interface Sent {
  maxPduBytes: number
  messages: { context: number; command: string; dataSet: string }[]
  sends: number
}

/** Reads back what was sent, failing on a PDU that is too long or a message inside another. */
function collector(): { send: (parts: readonly Uint8Array[]) => void; result: () => Sent } {
  const pdus: Uint8Array[] = []
  let sends = 0
  const send = (parts: readonly Uint8Array[]) => {
    sends++
    pdus.push(...parts.map((part) => Uint8Array.from(part)))
  }
  return { send, result: () => ({ ...readMessages(Buffer.concat(pdus)), sends }) }
}

function readMessages(bytes: Buffer): Omit<Sent, 'sends'> {
  const messages: Sent['messages'] = []
  let maxPduBytes = 0
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at + 2) + 6) {
    maxPduBytes = Math.max(maxPduBytes, bytes.readUInt32BE(at + 2))
  }
  let command: Buffer[] = []
  let dataSet: Buffer[] = []
  const onPdvPiece = ({ isCommand, endsMessage, bytes: piece, presentationContextId }: PdvPiece) => {
    ;(isCommand ? command : dataSet).push(Buffer.from(piece))
    if (!endsMessage) return
    const commandSet = Buffer.concat(command)
    if (isCommand && parseCommandSet(commandSet).hasDataSet) return
    messages.push({
      context: presentationContextId,
      command: commandSet.toString('hex'),
      dataSet: Buffer.concat(dataSet).toString('hex'),
    })
    command = []
    dataSet = []
  }
  const handler = { onPdu: () => undefined, onPDataStart: () => undefined, onPdvPiece, halted: false }
  new PduReader(handler, resolveLimits()).push(bytes)
  return { maxPduBytes, messages }
}

async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let from = 0
  for (const to of [...places, bytes.length]) {
    const chunk = Uint8Array.from(bytes.subarray(from, to))
    yield chunk
    // What a producer may do once the next chunk is asked for.
    chunk.fill(0xee)
    from = to
  }
}

const command = {
  commandField: 1,
  hasDataSet: true,
  messageId: 1,
  affectedSopClassUid: '1.2',
  affectedSopInstanceUid: '1',
}

const broken: string[] = []
const onBroken = (error: UlError) => void broken.push(error.code)
beforeEach(() => {
  broken.length = 0
})

async function* failingAfter(bytes: number): AsyncGenerator<Uint8Array> {
  if (bytes > 0) yield new Uint8Array(bytes)
  throw new Error('disk error')
}

describe('MessageWriter', () => {
  it('sends any data set in any chunks as the same bytes, no PDU longer than the peer takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 600 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.integer({ min: 8, max: 200 }),
        fc.boolean(),
        async (dataSet, cuts, peerMaxPduLengthBytes, whole) => {
          const { send, result } = collector()
          const writer = new MessageWriter({ peerMaxPduLengthBytes, maxSentPduLengthBytes: 1000, send, onBroken })
          await writer.send(3, command, whole ? dataSet : chunked(dataSet, cuts))
          const { maxPduBytes, messages } = result()
          expect(maxPduBytes).toBeLessThanOrEqual(peerMaxPduLengthBytes)
          expect(messages).toHaveLength(1)
          expect(messages[0]).toMatchObject({ context: 3, dataSet: Buffer.from(dataSet).toString('hex') })
        },
      ),
    )
  })

  it('hands over command set and data set of a small instance at once', async () => {
    const { send, result } = collector()
    const writer = new MessageWriter({ peerMaxPduLengthBytes: 0, maxSentPduLengthBytes: 131072, send, onBroken })
    await writer.send(1, command, new Uint8Array(300_000))
    expect(result().sends).toBe(1)
  })

  it('does not mix messages sent at the same time', async () => {
    const { send, result } = collector()
    const slow = async (parts: readonly Uint8Array[]) => {
      send(parts)
      await Promise.resolve()
    }
    const writer = new MessageWriter({ peerMaxPduLengthBytes: 64, maxSentPduLengthBytes: 1000, send: slow, onBroken })
    const dataSets = [Buffer.alloc(500, 1), Buffer.alloc(300, 2), Buffer.alloc(400, 3)]
    await Promise.all([
      writer.send(1, command, dataSets[0]),
      writer.send(3, command, chunked(dataSets[1]!, [100, 200])),
      writer.send(5, { ...command, hasDataSet: false }),
      writer.send(7, command, dataSets[2]),
    ])
    expect(result().messages.map(({ context, dataSet }) => [context, dataSet.length / 2])).toEqual([
      [1, 500],
      [3, 300],
      [5, 0],
      [7, 400],
    ])
  })

  it('waits for the transport before it asks for the next chunk', async () => {
    const log: string[] = []
    async function* chunks() {
      for (let n = 0; n < 3; n++) {
        log.push(`chunk ${n}`)
        yield new Uint8Array(100)
      }
    }
    const send = async () => {
      await Promise.resolve()
      log.push('sent')
    }
    const writer = new MessageWriter({ peerMaxPduLengthBytes: 56, maxSentPduLengthBytes: 1000, send, onBroken })
    await writer.send(1, command, chunks())
    expect(log).toEqual(['chunk 0', 'sent', 'chunk 1', 'sent', 'chunk 2', 'sent', 'sent'])
  })

  it('goes on after a message that failed before its first byte', async () => {
    const { send, result } = collector()
    const writer = new MessageWriter({ peerMaxPduLengthBytes: 0, maxSentPduLengthBytes: 1000, send, onBroken })
    await expect(writer.send(1, command, failingAfter(0))).rejects.toMatchObject({ code: 'source-failed' })
    await writer.send(3, { ...command, hasDataSet: false })
    expect(result().messages.map(({ context }) => context)).toEqual([3])
    expect(broken).toEqual([])
  })

  it('says when a message was begun that cannot be completed', async () => {
    const { send } = collector()
    const writer = new MessageWriter({ peerMaxPduLengthBytes: 0, maxSentPduLengthBytes: 1000, send, onBroken })
    await expect(writer.send(1, command, failingAfter(2000))).rejects.toMatchObject({ code: 'source-failed' })
    expect(broken).toEqual(['source-failed'])
  })
})
