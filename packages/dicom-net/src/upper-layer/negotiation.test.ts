import { storageSopClasses } from '@vna/dicom'
import { describe, expect, it } from 'vitest'
import { resolveLimits } from '../limits.ts'
import type { AssociateRequest } from '../pdu/pdu.ts'
import { chooseTransferSyntax, negotiate, negotiateContext } from './negotiation.ts'

const ctUid = '1.2.840.10008.5.1.4.1.1.2'
const explicitUid = '1.2.840.10008.1.2.1'
const implicitUid = '1.2.840.10008.1.2'
const jpeg2000Uid = '1.2.840.10008.1.2.4.90'
const limits = resolveLimits()

function requestWith(userInformation: Partial<AssociateRequest['userInformation']>): AssociateRequest {
  return {
    kind: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAeTitle: 'VNA',
    callingAeTitle: 'ME',
    applicationContextName: '1.2.840.10008.3.1.1.1',
    presentationContexts: [{ id: 1, abstractSyntaxUid: ctUid, transferSyntaxUids: [implicitUid, explicitUid] }],
    userInformation: { maxPduLengthBytes: 16384, roleSelections: [], extendedNegotiations: [], ...userInformation },
  }
}

describe('presentation contexts', () => {
  it('accepts every storage SOP class of the standard', () => {
    expect(storageSopClasses.size).toBeGreaterThan(150)
    for (const abstractSyntaxUid of storageSopClasses.keys()) {
      const context = { id: 1, abstractSyntaxUid, transferSyntaxUids: [jpeg2000Uid] }
      expect(negotiateContext(context, {})).toEqual({ id: 1, result: 0, transferSyntaxUid: jpeg2000Uid })
    }
  })

  it('accepts Verification, and private classes the policy allows alone', () => {
    const context = (abstractSyntaxUid: string) => ({ id: 5, abstractSyntaxUid, transferSyntaxUids: [implicitUid] })
    expect(negotiateContext(context('1.2.840.10008.1.1'), {}).result).toBe(0)
    expect(negotiateContext(context('1.3.46.670589.2.5.1.1'), {}).result).toBe(3)
    const allows = { acceptsAbstractSyntax: (uid: string) => uid.startsWith('1.3.46.') }
    expect(negotiateContext(context('1.3.46.670589.2.5.1.1'), allows).result).toBe(0)
  })

  it('refuses a context without a transfer syntax', () => {
    expect(negotiateContext({ id: 1, abstractSyntaxUid: ctUid, transferSyntaxUids: [] }, {}).result).toBe(4)
  })

  it.each([
    ['the preferred one', [implicitUid, explicitUid], [jpeg2000Uid, explicitUid], explicitUid],
    ['else the first offered that is known', ['1.2.3.4', implicitUid, explicitUid], [], implicitUid],
    ['else the first offered', ['1.2.3.4', '1.2.3.5'], [explicitUid], '1.2.3.4'],
    ['none of nothing', [], [explicitUid], undefined],
  ])('chooses %s', (_, offered, preferred, chosen) => {
    expect(chooseTransferSyntax(offered, preferred)).toBe(chosen)
  })
})

describe('user information', () => {
  it('announces its own limit and identity', () => {
    const { accept } = negotiate(requestWith({}), {}, { limits })
    expect(accept.userInformation).toMatchObject({ maxPduLengthBytes: 65536, implementationVersionName: 'VNA_0.1' })
    expect(accept.userInformation.implementationClassUid).toMatch(/^2\.25\./)
    expect(accept.userInformation.asynchronousOperations).toBeUndefined()
  })

  it.each([
    ['not proposed', undefined, undefined, 1],
    ['less than allowed', { maxInvoked: 3, maxPerformed: 1 }, undefined, 3],
    ['more than allowed', { maxInvoked: 100, maxPerformed: 1 }, undefined, 8],
    ['without limit', { maxInvoked: 0, maxPerformed: 0 }, undefined, 8],
    ['more than this peer may', { maxInvoked: 100, maxPerformed: 1 }, 2, 2],
  ])('grants a window %s', (_, asynchronousOperations, maxOperations, granted) => {
    const request = requestWith(asynchronousOperations === undefined ? {} : { asynchronousOperations })
    const { accept, maxOperationsPerformed } = negotiate(request, {}, { limits, maxOperations })
    expect(maxOperationsPerformed).toBe(granted)
    expect(accept.userInformation.asynchronousOperations?.maxInvoked).toBe(
      asynchronousOperations === undefined ? undefined : granted,
    )
  })

  it('grants the SCP role only where the policy does', () => {
    const roleSelections = [{ sopClassUid: ctUid, scuRole: true, scpRole: true }]
    const roleOf = (policy: Parameters<typeof negotiate>[1]) =>
      negotiate(requestWith({ roleSelections }), policy, { limits }).accept.userInformation.roleSelections[0]
    expect(roleOf({})).toEqual({ sopClassUid: ctUid, scuRole: true, scpRole: false })
    expect(roleOf({ acceptsScpRole: () => true })).toEqual({ sopClassUid: ctUid, scuRole: true, scpRole: true })
  })

  it('answers extended negotiation of storage: level 2, no coercion', () => {
    const item = { sopClassUid: ctUid, serviceClassApplicationInformation: Uint8Array.of(2, 0, 0, 0, 0, 0) }
    const other = { ...item, sopClassUid: '1.2.3' }
    const { accept } = negotiate(requestWith({ extendedNegotiations: [item, other] }), {}, { limits })
    expect(accept.userInformation.extendedNegotiations).toEqual([
      { sopClassUid: ctUid, serviceClassApplicationInformation: Uint8Array.of(2, 0, 3, 0, 0, 0) },
    ])
  })
})
