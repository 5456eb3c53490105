import { createHmac, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Told {
  readonly id: number
  readonly kind: string
  readonly studyInstanceUid: string
  readonly reportId?: string
}

export interface WebhookReceiver {
  /** For VNA_FSE_WEBHOOK_URL and VNA_FSE_WEBHOOK_SECRET. */
  readonly url: string
  readonly secret: string
  /** What was told with a right signature, in order. */
  readonly told: readonly Told[]
  close(): Promise<void>
}

/** The health record's side of the webhook. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const secret = randomUUID()
  const told: Told[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part
    })
    request.on('end', () => {
      const signed = `${request.headers['vna-timestamp']}.${body}`
      const isOurs =
        request.headers['vna-signature'] === `v1=${createHmac('sha256', secret).update(signed).digest('hex')}`
      if (isOurs) told.push(JSON.parse(body) as Told)
      response.writeHead(isOurs ? 204 : 401).end()
    })
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as AddressInfo
  const close = async () => {
    const closed = Promise.withResolvers<void>()
    server.close(() => closed.resolve())
    server.closeAllConnections()
    await closed.promise
  }
  return { url: `http://127.0.0.1:${port}/told`, secret, told, close }
}
