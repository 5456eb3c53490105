import { createConnection } from 'node:net'
import { encodeMllp, MllpDecoder } from '@vna/hl7'
import { CliError } from '../errors.ts'

const answerLimitMs = 10_000

/** Sends messages one after the other over one connection; each must be accepted (MSA-1 `AA` or `CA`). */
export async function sendMllp(o: { host: string; port: number; messages: readonly string[] }): Promise<void> {
  const socket = createConnection({ host: o.host, port: o.port })
  socket.setTimeout(answerLimitMs, () => socket.destroy(new Error('no acknowledgement in time')))
  const decoder = new MllpDecoder()
  const answers = answersOf(socket, decoder)
  try {
    for (const message of o.messages) {
      socket.write(encodeMllp(Buffer.from(message)))
      const { value: answer } = await answers.next()
      if (answer === undefined) throw new CliError('failed', 'the HL7 listener closed the connection')
      requireAccepted(answer)
    }
  } finally {
    socket.destroy()
  }
}

async function* answersOf(socket: AsyncIterable<Buffer>, decoder: MllpDecoder): AsyncGenerator<Uint8Array> {
  for await (const bytes of socket) yield* decoder.push(bytes)
}

function requireAccepted(answer: Uint8Array): void {
  const code = /\rMSA\|([A-Z]{2})/.exec(Buffer.from(answer).toString('latin1'))?.[1]
  if (code === 'AA' || code === 'CA') return
  throw new CliError('failed', `an HL7 message was answered ${code ?? 'without a code'}`)
}
