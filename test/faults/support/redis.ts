import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** Sends FLUSHALL to the stack's Redis, whose address the stack tells in `run/supervisor.json`. */
export function flushAll(home: string): Promise<void> {
  const record = JSON.parse(readFileSync(join(home, 'run', 'supervisor.json'), 'utf8')) as { redisUrl: string }
  const url = new URL(record.redisUrl)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port) })
    let answer = ''
    socket.on('error', reject)
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1')
      if (answer.split('\r\n').length < 3) return
      socket.destroy()
      if (answer === '+OK\r\n+OK\r\n') resolve()
      else reject(new Error(`Redis answered ${answer}`))
    })
    // Inline commands, pipelined: two answers.
    socket.write(`AUTH ${decodeURIComponent(url.password)}\r\nFLUSHALL\r\n`)
  })
}
