import { describe, expect, it } from 'vitest'
import { entityOf } from './entity.ts'
import { type Caller, type ResolveOptions, resolveCaller } from './resolve-caller.ts'

const entity = (code: string, more: object) => entityOf({ code, kind: 'EEP', name: code, aeTitles: [], ...more })

const entities = [
  entity('ANYWHERE', { aeTitles: ['STORESCU'] }),
  entity('NEAR', { aeTitles: ['STORESCU', 'NEAR'], hosts: ['10.0.0.1', 'pacs.near.it'] }),
  entity('ALIAS', { calledAliases: ['VNA_ALIAS'], hosts: ['10.0.0.2'] }),
  entity('CERT', { certificateSubjects: ['CN=pacs.cert.it'] }),
  entity('GONE', { aeTitles: ['GONE'], status: 'suspended' }),
  entity('LOOP', { aeTitles: ['LOOP'], hosts: ['localhost'] }),
]

const options: ResolveOptions = {
  ownAeTitles: ['VNA'],
  addressesOf: (host) => (host === 'pacs.near.it' ? ['10.0.0.9'] : []),
}
const base: Caller = { callingAeTitle: 'STORESCU', calledAeTitle: 'VNA', address: '192.168.0.1' }

describe('who calls', () => {
  it.each<[string, Partial<Caller>, string]>([
    ['calling AE title from a host', { address: '10.0.0.1' }, 'NEAR'],
    ['a host by one of its addresses', { address: '10.0.0.9' }, 'NEAR'],
    ['an IPv4 address in IPv6 form', { address: '::ffff:10.0.0.1' }, 'NEAR'],
    ['calling AE title from anywhere else', {}, 'ANYWHERE'],
    ['called alias', { callingAeTitle: 'WHATEVER', calledAeTitle: 'VNA_ALIAS', address: '10.0.0.2' }, 'ALIAS'],
    ['certificate', { callingAeTitle: 'WHATEVER', certificateSubject: 'CN=pacs.cert.it' }, 'CERT'],
    ['certificate before calling AE title', { address: '10.0.0.1', certificateSubject: 'CN=pacs.cert.it' }, 'CERT'],
    ['the loopback by its other name', { callingAeTitle: 'LOOP', address: '::1' }, 'LOOP'],
  ])('is known by %s', (_, caller, code) => {
    const resolution = resolveCaller(entities, { ...base, ...caller }, options)
    expect(resolution).toMatchObject({ kind: 'entity', entity: { code } })
  })

  it.each<[string, Partial<Caller>, string]>([
    ['an unknown calling AE title', { callingAeTitle: 'NOBODY' }, 'caller-unknown'],
    ['a known one from a wrong host', { callingAeTitle: 'NEAR' }, 'caller-unknown'],
    ['an AE title in other letters', { callingAeTitle: 'near', address: '10.0.0.1' }, 'caller-unknown'],
    ['a suspended entity', { callingAeTitle: 'GONE' }, 'entity-not-active'],
    ['an alias from a wrong host', { calledAeTitle: 'VNA_ALIAS' }, 'caller-unknown'],
    [
      'an unknown certificate and an unknown AE title',
      { callingAeTitle: 'X', certificateSubject: 'CN=x' },
      'caller-unknown',
    ],
    ['a called AE title that is not ours', { calledAeTitle: 'ORTHANC' }, 'called-name-unknown'],
    [
      'the alias of another with its own certificate',
      { calledAeTitle: 'VNA_ALIAS', certificateSubject: 'CN=pacs.cert.it' },
      'called-name-unknown',
    ],
  ])('is unknown for %s', (_, caller, why) => {
    const resolution = resolveCaller(entities, { ...base, ...caller }, options)
    expect(resolution).toEqual({ kind: 'unknown', why })
  })
})
