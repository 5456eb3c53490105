import { connect } from 'node:net'

/** One HL7 v2 message over MLLP; gives the acknowledgement. */
export async function sendHl7(port: number, segments: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.write(`\x0b${segments.join('\r')}\r\x1c\r`)
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    socket.destroy()
    return bytes.toString('utf8')
  }
  return ''
}
