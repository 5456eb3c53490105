import tls from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { type Acceptor, createAcceptor } from '../acceptor/acceptor.ts'
import { requestAssociation } from '../requestor/request-association.ts'
import { caCert, clientCert, clientKey, serverCert, serverKey } from '../testing/certificates.ts'
import { RecordingHost } from '../testing/recording-host.ts'
import { ctUid, explicitUid, ScriptedPeer } from '../testing/scripted-peer.ts'
import type { TlsClientOptions, TlsServerOptions } from './tls-profile.ts'

const open: Acceptor[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((acceptor) => acceptor.close({ graceMs: 0 })))
})

async function start(o: Partial<TlsServerOptions> = {}, limits = {}) {
  const host = new RecordingHost()
  const acceptor = createAcceptor({ host, limits })
  open.push(acceptor)
  const server = { key: serverKey, cert: serverCert, ca: caCert, ...o }
  const { port } = await acceptor.listen({ port: 0, host: '127.0.0.1', tls: server })
  return { host, port }
}

function associateWith(port: number, client: TlsClientOptions) {
  return requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'ME',
    calledAeTitle: 'VNA',
    presentationContexts: [{ abstractSyntaxUid: ctUid, transferSyntaxUids: [explicitUid] }],
    tls: client,
  })
}

describe('TLS', () => {
  it('carries an association, and the subject of a verified client certificate', async () => {
    const { host, port } = await start({ clientCertificate: 'require' })
    const association = await associateWith(port, { ca: caCert, key: clientKey, cert: clientCert })
    const dataSet = Buffer.alloc(1_000_000, 7)
    const request = { sopClassUid: ctUid, sopInstanceUid: '1.2.3', transferSyntaxUid: explicitUid, dataSet }
    expect(await association.store(request)).toEqual({ status: 0 })
    await association.release()
    expect(host.stores[0]?.bytes.equals(dataSet)).toBe(true)
    expect(await host.summary()).toMatchObject({
      outcome: 'released',
      peer: { tls: true, certificateSubject: 'C=IT,O=ASST Test\\, Ospedale,CN=modality-1' },
    })
  })

  it('accepts a client without a certificate unless one is required', async () => {
    const { host, port } = await start()
    await (await associateWith(port, { ca: caCert })).release()
    expect((await host.summary()).peer).toEqual({ address: '127.0.0.1', port: expect.any(Number), tls: true })
    const strict = await start({ clientCertificate: 'require' })
    await expect(associateWith(strict.port, { ca: caCert })).rejects.toMatchObject({ retryable: true })
  })

  it('does not talk to a server it cannot verify', async () => {
    const { port } = await start()
    await expect(associateWith(port, {})).rejects.toMatchObject({ code: 'connect-failed' })
  })

  it('refuses TLS 1.1 and plain TCP, and says so', async () => {
    const { host, port } = await start()
    const old = tls.connect({ port, host: '127.0.0.1', ca: caCert, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })
    await new Promise((resolve) => old.once('error', resolve))
    const plain = await ScriptedPeer.connect(port)
    plain.send(Buffer.from('01000000004400010000', 'hex'))
    await plain.closed()
    expect(host.failures).toHaveLength(2)
    expect(host.failures[0]).toContain('TLS handshake failed')
  })
})
