import { codiceFiscaleIssuer } from '@vna/catalog'
import { describe, expect, it } from 'vitest'
import { type Action, decide } from './decide.ts'
import type { Principal } from './principal.ts'

const principal = (more: Partial<Principal>): Principal => ({
  tokenId: 't',
  subject: 's',
  role: 'entity',
  expiresAt: new Date(0),
  ...more,
})

const all = { kind: 'all' } as const
const verification = { kind: 'all', includeHidden: true } as const
const none = { kind: 'none' } as const
const ofEntity = { kind: 'entity', entityCode: 'ASST-A' } as const
const ofPatient = { kind: 'patient', identifier: 'CF', issuer: codiceFiscaleIssuer } as const

const search: Action = { kind: 'search' }
const retrieve: Action = { kind: 'retrieve' }
const asReceived: Action = { kind: 'retrieve', view: 'as-received' }
const store: Action = { kind: 'store' }
const operate: Action = { kind: 'operate' }
const administer: Action = { kind: 'administer' }

const entity = principal({ role: 'entity', entityCode: 'ASST-A' })
const fse = principal({ role: 'fse', purpose: 'TREATMENT' })
const fseOfPatient = principal({ role: 'fse', purpose: 'PERSONAL', patient: 'CF' })
const operator = principal({ role: 'operator' })
const admin = principal({ role: 'admin' })

describe('what is allowed', () => {
  it.each([
    ['an entity searches what it holds', entity, search, ofEntity],
    ['an entity retrieves what it holds', entity, retrieve, ofEntity],
    ['an entity retrieves its bytes as received', entity, asReceived, ofEntity],
    ['an entity stores', entity, store, ofEntity],
    ['an entity without a code reaches nothing', principal({ role: 'entity' }), search, none],
    ['the FSE searches across patients', fse, search, all],
    ['the FSE retrieves', fse, retrieve, all],
    ['the FSE with a patient sees that one only', fseOfPatient, search, ofPatient],
    ['the FSE with a patient retrieves of that one only', fseOfPatient, retrieve, ofPatient],
    ['an admin reads all for verification', admin, search, verification],
    ['an admin retrieves bytes as received', admin, asReceived, verification],
    ['an operator operates', operator, operate, none],
    ['an admin operates', admin, operate, none],
    ['an admin administers', admin, administer, none],
  ] as const)('%s', (_, who, action, predicate) => {
    expect(decide(who, action)).toEqual({ allow: true, predicate })
  })
})

describe('what is denied', () => {
  const professional = principal({ role: 'professional', purpose: 'TREATMENT' })
  const citizen = principal({ role: 'citizen', patient: 'CF', purpose: 'PERSONAL' })

  it.each([
    ['the FSE without a purpose', principal({ role: 'fse' }), search, 'purpose-missing'],
    ['the FSE without a purpose for a patient', principal({ role: 'fse', patient: 'CF' }), retrieve, 'purpose-missing'],
    ['bytes as received to the FSE', fse, asReceived, 'view-not-allowed'],
    ['storing to the FSE', fse, store, 'role-may-not-store'],
    ['searching to a professional', professional, search, 'consent-unknown'],
    [
      'retrieving to a professional in an emergency',
      principal({ role: 'professional', purpose: 'EMERGENCY' }),
      retrieve,
      'consent-unknown',
    ],
    ['searching to a citizen', citizen, search, 'consent-unknown'],
    ['retrieving to a citizen', citizen, retrieve, 'consent-unknown'],
    ['images to an operator', operator, search, 'role-may-not-read'],
    ['storing to an operator', operator, store, 'role-may-not-store'],
    ['storing to an admin', admin, store, 'role-may-not-store'],
    ['operations to an entity', entity, operate, 'role-may-not-operate'],
    ['operations to the FSE', fse, operate, 'role-may-not-operate'],
    ['operations to a citizen', citizen, operate, 'role-may-not-operate'],
    ['administration to an operator', operator, administer, 'role-may-not-administer'],
    ['administration to an entity', entity, administer, 'role-may-not-administer'],
  ] as const)('%s', (_, who, action, reason) => {
    expect(decide(who, action)).toEqual({ allow: false, reason })
  })
})
