import { describe, expect, it } from 'vitest'
import { entityOf } from './entity.ts'
import { type Caller, type ResolveOptions, resolveCaller } from './resolve-caller.ts'

const entity = (code: string, more: object) => entityOf({ code, kind: 'EEP', name: code, aeTitles: [], ...more })

const entities = [
  entity('ANYWHERE', { aeTitles: ['STORESCU'] }),
  entity('NEAR', { aeTitles: ['STORESCU', 'NEAR'], hosts: ['10.0.0.1', 'pacs.near.it'] }),
  entity('ALIAS', { calledAliases: ['VNA_ALIAS'], hosts: ['10.0.0.2'] }),
  entity('CERT', { aeTitles: ['CERT'], certificateSubjects: ['CN=pacs.cert.it, O=Cert, C=IT'] }),
  entity('BOTH', { aeTitles: ['BOTH'], hosts: ['10.0.0.7'], certificateSubjects: ['CN=both'] }),
  entity('GONE', { aeTitles: ['GONE'], status: 'suspended' }),
  entity('LOOP', { aeTitles: ['LOOP'], hosts: ['localhost'] }),
]

const options: ResolveOptions = {
  ownAeTitles: ['VNA'],
  admitsUnproven: true,
  addressesOf: (host) => (host === 'pacs.near.it' ? ['10.0.0.9'] : []),
}
const certificate = 'C=IT,O=Cert,CN=pacs.cert.it'
const base: Caller = { callingAeTitle: 'STORESCU', calledAeTitle: 'VNA', address: '192.168.0.1' }

describe('who calls', () => {
  it.each<[string, Partial<Caller>, string]>([
    ['calling AE title from a host', { address: '10.0.0.1' }, 'NEAR'],
    ['a host by one of its addresses', { address: '10.0.0.9' }, 'NEAR'],
    ['an IPv4 address in IPv6 form', { address: '::ffff:10.0.0.1' }, 'NEAR'],
    ['calling AE title from anywhere else', {}, 'ANYWHERE'],
    ['called alias', { callingAeTitle: 'WHATEVER', calledAeTitle: 'VNA_ALIAS', address: '10.0.0.2' }, 'ALIAS'],
    ['certificate', { callingAeTitle: 'WHATEVER', certificateSubject: certificate }, 'CERT'],
    ['certificate before calling AE title', { address: '10.0.0.1', certificateSubject: certificate }, 'CERT'],
    ['certificate and host', { address: '10.0.0.7', certificateSubject: 'CN=BOTH' }, 'BOTH'],
    ['the loopback by its other name', { callingAeTitle: 'LOOP', address: '::1' }, 'LOOP'],
  ])('is known by %s', (_, caller, code) => {
    const resolution = resolveCaller(entities, { ...base, ...caller }, options)
    expect(resolution).toMatchObject({ kind: 'entity', entity: { code } })
  })

  it.each<[string, Partial<Caller>, string]>([
    ['an unknown calling AE title', { callingAeTitle: 'NOBODY' }, 'caller-unknown'],
    ['a known one from a wrong host', { callingAeTitle: 'NEAR' }, 'caller-unknown'],
    ['an AE title in other letters', { callingAeTitle: 'near', address: '10.0.0.1' }, 'caller-unknown'],
    ['its AE title alone, where it has a certificate', { callingAeTitle: 'CERT' }, 'caller-unknown'],
    [
      'the certificate of another, behind its AE title',
      { callingAeTitle: 'CERT', certificateSubject: 'CN=cert' },
      'caller-unknown',
    ],
    ['its host without its certificate', { callingAeTitle: 'BOTH', address: '10.0.0.7' }, 'caller-unknown'],
    ['its certificate from elsewhere', { callingAeTitle: 'BOTH', certificateSubject: 'CN=both' }, 'caller-unknown'],
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
      { calledAeTitle: 'VNA_ALIAS', certificateSubject: certificate },
      'called-name-unknown',
    ],
  ])('is unknown for %s', (_, caller, why) => {
    const resolution = resolveCaller(entities, { ...base, ...caller }, options)
    expect(resolution).toEqual({ kind: 'unknown', why })
  })

  it('is nobody by an AE title alone, unless that is admitted', () => {
    const strict = { ...options, admitsUnproven: false }
    expect(resolveCaller(entities, base, strict)).toEqual({ kind: 'unknown', why: 'caller-unknown' })
    expect(resolveCaller(entities, { ...base, address: '10.0.0.1' }, strict)).toMatchObject({
      entity: { code: 'NEAR' },
    })
  })
})
