import { describe, expect, it } from 'vitest'
import { UlError } from '../errors.ts'
import { resolveLimits } from '../limits.ts'
import type { AssociateAccept, AssociateRequest } from '../pdu/pdu.ts'
import type { PdvPiece } from '../pdu/pdu-reader.ts'
import {
  abortBytes,
  associateAcceptBytes,
  associateRejectBytes,
  associateRequestBytes,
  bytesOf,
  releaseRequestBytes,
  releaseResponseBytes,
  twoPdvsBytes,
} from '../testing/fixtures.ts'
import { type UlIndication, UpperLayer, type UpperLayerPort } from './upper-layer.ts'

class ScriptedPort implements UpperLayerPort {
  readonly log: string[] = []
  readonly indications: UlIndication[] = []
  halted = false

  openTransport(): void {
    this.log.push('open')
  }
  closeTransport(): void {
    this.log.push('close')
  }
  startArtim(): void {
    this.log.push('artim on')
  }
  stopArtim(): void {
    this.log.push('artim off')
  }
  sendPdu(parts: readonly Uint8Array[]): void {
    const bytes = Buffer.concat(parts)
    this.log.push(bytes[0] === 7 ? `send abort ${bytes[8]}/${bytes[9]}` : `send ${bytes[0]}`)
  }
  indicate(indication: UlIndication): void {
    this.log.push(indication.kind)
    this.indications.push(indication)
  }
  onPdvPiece(piece: PdvPiece): void {
    this.log.push(`data ${piece.bytes.length}`)
  }
  /** What happened since the last look. */
  take(): string[] {
    return this.log.splice(0)
  }
}

const request: AssociateRequest = {
  kind: 'A-ASSOCIATE-RQ',
  protocolVersion: 1,
  calledAeTitle: 'VNA',
  callingAeTitle: 'ME',
  applicationContextName: '1.2.840.10008.3.1.1.1',
  presentationContexts: [],
  userInformation: { maxPduLengthBytes: 0, roleSelections: [], extendedNegotiations: [] },
}
const accept: AssociateAccept = { ...request, kind: 'A-ASSOCIATE-AC', presentationContexts: [] }

function acceptor(): { layer: UpperLayer; port: ScriptedPort } {
  const port = new ScriptedPort()
  const layer = new UpperLayer('acceptor', port, resolveLimits())
  layer.transportIndication()
  return { layer, port }
}

function establishedAcceptor() {
  const made = acceptor()
  made.layer.receive(associateRequestBytes)
  made.layer.accept(accept)
  made.port.take()
  return made
}

function requestor() {
  const port = new ScriptedPort()
  const layer = new UpperLayer('requestor', port, resolveLimits())
  layer.associate(request)
  layer.transportConnected()
  return { layer, port }
}

function establishedRequestor() {
  const made = requestor()
  made.layer.receive(associateAcceptBytes)
  made.port.take()
  return made
}

describe('the acceptor', () => {
  it('associates, takes data and is released', () => {
    const { layer, port } = acceptor()
    expect(port.take()).toEqual(['artim on'])
    layer.receive(associateRequestBytes)
    expect([layer.state, port.take()]).toEqual(['Sta3', ['artim off', 'associate']])
    layer.accept(accept)
    expect([layer.state, port.take()]).toEqual(['Sta6', ['send 2']])
    layer.receive(twoPdvsBytes)
    expect(port.take()).toEqual(['data 68', 'data 4'])
    layer.receive(releaseRequestBytes)
    expect([layer.state, port.take()]).toEqual(['Sta8', ['release']])
    layer.sendData([bytesOf('04')])
    layer.respondRelease()
    expect([layer.state, port.take()]).toEqual(['Sta13', ['send 4', 'send 6', 'artim on']])
    layer.transportClosed()
    expect([layer.state, port.take()]).toEqual(['Sta1', ['artim off']])
  })

  it('rejects, and closes when the peer does not', () => {
    const { layer, port } = acceptor()
    layer.receive(associateRequestBytes)
    port.take()
    layer.reject({ kind: 'A-ASSOCIATE-RJ', result: 1, source: 1, reason: 3 })
    expect([layer.state, port.take()]).toEqual(['Sta13', ['send 3', 'artim on']])
    layer.artimExpired()
    expect([layer.state, port.take()]).toEqual(['Sta1', ['artim off', 'close']])
  })

  it('rejects another protocol version by itself (AE-6)', () => {
    const { layer, port } = acceptor()
    const version2 = Buffer.from(associateRequestBytes)
    version2.writeUInt16BE(2, 6)
    layer.receive(version2)
    expect([layer.state, port.take()]).toEqual(['Sta13', ['artim on', 'artim off', 'send 3', 'artim on', 'refused']])
    expect(port.indications[0]).toMatchObject({ reject: { result: 1, source: 2, reason: 2 } })
  })

  it('closes when no request comes in time', () => {
    const { layer, port } = acceptor()
    layer.artimExpired()
    expect([layer.state, port.take()]).toEqual(['Sta1', ['artim on', 'artim off', 'close']])
  })

  it.each([
    ['an unknown PDU', bytesOf('0a 00 00000000'), 'send abort 2/1'],
    ['a second A-ASSOCIATE-RQ', associateRequestBytes, 'send abort 2/2'],
    ['an A-ASSOCIATE-AC', associateAcceptBytes, 'send abort 2/2'],
    ['an A-RELEASE-RP', releaseResponseBytes, 'send abort 2/2'],
    ['a malformed PDU', bytesOf('04 00 00000008 00000001 01 03'), 'send abort 2/6'],
  ])('aborts on %s while established (AA-8)', (_, bytes, sent) => {
    const { layer, port } = establishedAcceptor()
    layer.receive(bytes)
    expect([layer.state, port.take()]).toEqual(['Sta13', [sent, 'provider-abort', 'artim on']])
  })

  it('does not pass on data that follows what it aborted for', () => {
    const { layer, port } = establishedAcceptor()
    layer.receive(Buffer.concat([releaseResponseBytes, twoPdvsBytes]))
    expect(port.take()).toEqual(['send abort 2/2', 'provider-abort', 'artim on'])
  })

  it('is deaf after bytes it could not read', () => {
    const { layer, port } = establishedAcceptor()
    layer.receive(bytesOf('0a 00 00000000'))
    port.take()
    layer.receive(associateRequestBytes)
    expect(port.take()).toEqual([])
  })

  it.each([
    ['before a request', acceptor, 'Sta1', ['artim on', 'artim off', 'close']],
    ['while established', establishedAcceptor, 'Sta1', ['abort', 'close']],
  ])('closes when the peer aborts %s', (_, make, state, log) => {
    const { layer, port } = make()
    layer.receive(abortBytes)
    expect([layer.state, port.take()]).toEqual([state, log])
  })

  it('tells the user when the connection is lost', () => {
    const { layer, port } = establishedAcceptor()
    layer.transportClosed()
    expect([layer.state, port.take()]).toEqual(['Sta1', ['connection-lost']])
  })

  it('aborts for a violation the layer above found', () => {
    const { layer, port } = establishedAcceptor()
    layer.abortForViolation(new UlError('context-not-accepted', 'no such context'))
    expect([layer.state, port.take()]).toEqual(['Sta13', ['send abort 2/5', 'provider-abort', 'artim on']])
  })

  it('refuses to send when there is no association', () => {
    const { layer } = acceptor()
    expect(() => layer.sendData([])).toThrow(expect.objectContaining({ code: 'wrong-state' }))
  })
})

describe('the requestor', () => {
  it('associates, releases and closes', () => {
    const { layer, port } = requestor()
    expect([layer.state, port.take()]).toEqual(['Sta5', ['open', 'send 1']])
    layer.receive(associateAcceptBytes)
    expect([layer.state, port.take()]).toEqual(['Sta6', ['accepted']])
    layer.requestRelease()
    layer.receive(twoPdvsBytes)
    layer.receive(releaseResponseBytes)
    expect([layer.state, port.take()]).toEqual(['Sta1', ['send 5', 'data 68', 'data 4', 'released', 'close']])
  })

  it('hears of a rejection', () => {
    const { layer, port } = requestor()
    port.take()
    layer.receive(associateRejectBytes)
    expect([layer.state, port.take()]).toEqual(['Sta1', ['rejected', 'close']])
    expect(port.indications[0]).toMatchObject({ reject: { result: 2, source: 3, reason: 2 } })
  })

  it('aborts as the user', () => {
    const { layer, port } = establishedRequestor()
    layer.abort()
    expect([layer.state, port.take()]).toEqual(['Sta13', ['send abort 0/0', 'artim on']])
  })

  it('gives up connecting', () => {
    const port = new ScriptedPort()
    const layer = new UpperLayer('requestor', port, resolveLimits())
    layer.associate(request)
    layer.abort()
    expect([layer.state, port.take()]).toEqual(['Sta1', ['open', 'artim off', 'close']])
  })
})

describe('release collision (PS3.8 7.2.2)', () => {
  it('ends well on the requestor side: Sta9, Sta11, Sta1', () => {
    const { layer, port } = establishedRequestor()
    layer.requestRelease()
    layer.receive(releaseRequestBytes)
    expect(layer.state).toBe('Sta9')
    layer.respondRelease()
    expect(layer.state).toBe('Sta11')
    layer.receive(releaseResponseBytes)
    expect([layer.state, port.take()]).toEqual(['Sta1', ['send 5', 'release', 'send 6', 'released', 'close']])
  })

  it('ends well on the acceptor side: Sta10, Sta12, Sta13', () => {
    const { layer, port } = establishedAcceptor()
    layer.requestRelease()
    layer.receive(releaseRequestBytes)
    expect(layer.state).toBe('Sta10')
    layer.receive(releaseResponseBytes)
    expect(layer.state).toBe('Sta12')
    layer.respondRelease()
    expect([layer.state, port.take()]).toEqual(['Sta13', ['send 5', 'release', 'released', 'send 6', 'artim on']])
  })
})
