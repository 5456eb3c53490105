import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  caCert,
  clientCert,
  clientKey,
  serverCert,
  serverKey,
} from '../../packages/dicom-net/src/testing/certificates.ts'
import { addEntity } from '../../packages/entities/src/index.ts'
import { encodeMllp, MllpDecoder } from '../../packages/hl7/src/index.ts'
import { LinkerFixture } from './support-linker.ts'

let fixture: LinkerFixture

beforeAll(async () => {
  fixture = await LinkerFixture.start()
  const fileOf = (name: string, pem: string) => {
    writeFileSync(join(fixture.home, name), pem)
    return join(fixture.home, name)
  }
  const certified = { code: 'CERT', kind: 'EEP', name: 'Certificato', aeTitles: [] } as const
  const certificateSubjects = ['CN=modality-1, O="ASST Test, Ospedale", C=IT']
  await addEntity(fixture.catalog.catalog, { ...certified, certificateSubjects })
  await fixture.stopService()
  await fixture.startService({
    VNA_MLLP_TLS_PORT: '0',
    VNA_TLS_CERT: fileOf('cert.pem', serverCert),
    VNA_TLS_KEY: fileOf('key.pem', serverKey),
    VNA_TLS_CLIENT_CA: fileOf('ca.pem', caCert),
  })
}, 60_000)
afterAll(() => fixture.stop())

const message = [
  'MSH|^~\\&|ADT|CERT|VNA|VNA|20261124101112||ADT^A08|C1|P|2.5',
  'PID|1||N1||BIANCHI^ANNA||19750201|F',
  '',
].join('\r')

async function codeOver(client: { key?: string; cert?: string }): Promise<string | undefined> {
  const socket: TLSSocket = connect({
    ...{ host: '127.0.0.1', port: Number(fixture.record.mllpTlsPort), ca: caCert, ...client },
    checkServerIdentity: () => undefined,
  })
  socket.write(encodeMllp(Buffer.from(message)))
  const decoder = new MllpDecoder()
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    const [answer] = decoder.push(bytes)
    if (answer === undefined) continue
    socket.destroy()
    return /\rMSA\|(..)/.exec(Buffer.from(answer).toString('utf8'))?.[1]
  }
  return undefined
}

it('knows an entity by the certificate that it shows, and not without it', async () => {
  expect(await codeOver({ key: clientKey, cert: clientCert })).toBe('AA')
  expect(await codeOver({})).toBe('AR')
})
