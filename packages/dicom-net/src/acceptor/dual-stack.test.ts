import { describe, expect, it } from 'vitest'
import { requestAssociation } from '../requestor/request-association.ts'
import { RecordingHost } from '../testing/recording-host.ts'
import { createAcceptor } from './acceptor.ts'

describe('a dual-stack listener', () => {
  it('knows IPv4 peers by their IPv4 address', async () => {
    const host = new RecordingHost()
    const acceptor = createAcceptor({ host })
    // '0.0.0.0' where the machine has no IPv6: the address must be the same.
    const { port } = await acceptor
      .listen({ port: 0, host: '::' })
      .catch(() => acceptor.listen({ port: 0, host: '0.0.0.0' }))
    const presentationContexts = [{ abstractSyntaxUid: '1.2.840.10008.1.1', transferSyntaxUids: ['1.2.840.10008.1.2'] }]
    const titles = { callingAeTitle: 'ME', calledAeTitle: 'VNA' }
    const association = await requestAssociation({ host: '127.0.0.1', port, ...titles, presentationContexts })
    expect(await association.echo()).toEqual({ status: 0 })
    await association.release()
    expect((await host.summary()).peer.address).toBe('127.0.0.1')
    await acceptor.close({ graceMs: 0 })
  })
})
