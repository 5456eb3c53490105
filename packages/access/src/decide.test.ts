import { isVisible, type StudyFacts } from '@vna/catalog'
import { codiceFiscaleIssuer } from '@vna/identifiers'
import { describe, expect, it } from 'vitest'
import { type Action, type ActionKind, actionKinds } from './action.ts'
import type { AssociationCaller, Caller } from './caller.ts'
import { decide } from './decide.ts'
import { type Principal, purposes, roles } from './principal.ts'

const principal = (more: Partial<Principal>): Caller => ({
  kind: 'token',
  principal: { tokenId: 't', subject: 's', role: 'entity', issuedAt: new Date(0), expiresAt: new Date(0), ...more },
})
const association = (more: Partial<AssociationCaller>): Caller => ({ kind: 'association', name: 'STORESCU', ...more })

const all = { kind: 'all' } as const
const none = { kind: 'none' } as const
const ofEntity = { kind: 'entity', entityCode: 'ASST-A' } as const
const ofPatient = { kind: 'patient', identifier: 'CF', issuer: codiceFiscaleIssuer } as const

const allHidden = { kind: 'all', includeHidden: true } as const
const ownRecord = { ...ofPatient, includeHidden: true } as const

const search: Action = { kind: 'search' }
const retrieve: Action = { kind: 'retrieve' }
const asReceived: Action = { kind: 'retrieve', view: 'as-received' }
const store: Action = { kind: 'store' }
const setVisibility: Action = { kind: 'set-visibility' }
const operate: Action = { kind: 'operate' }
const administer: Action = { kind: 'administer' }

const searchReports: Action = { kind: 'search-reports' }
const decideLinks: Action = { kind: 'decide-links' }
const countUnresolved: Action = { kind: 'count-unresolved' }
const storeReport: Action = { kind: 'store-report' }
const storeOrder: Action = { kind: 'store-order' }
const announcePatients: Action = { kind: 'announce-patients' }
const describeArchive: Action = { kind: 'describe' }
const associate: Action = { kind: 'associate' }

const ofEntityWithDoubts = { predicate: ofEntity, seesDoubtfulLinks: true } as const
const allWithDoubts = { predicate: all, seesDoubtfulLinks: true } as const

const peer = association({ entityCode: 'ASST-A' })
const host = association({ isKnownHost: true })
const stranger = association({})
const suspended = { ...principal({ role: 'entity', entityCode: 'ASST-A' }), isEntityActive: false } as Caller
const entity = principal({ role: 'entity', entityCode: 'ASST-A' })
const fse = principal({ role: 'fse', purpose: 'TREATMENT' })
const fseOfPatient = principal({ role: 'fse', purpose: 'TREATMENT', patient: 'CF' })
const emergency = principal({ role: 'fse', purpose: 'EMERGENCY', patient: 'CF' })
const fseForPatient = principal({ role: 'fse', purpose: 'PERSONAL', patient: 'CF' })
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
    ['the FSE sees nothing hidden in an emergency', emergency, retrieve, ofPatient],
    ['the FSE on behalf of the patient sees what is hidden too', fseForPatient, search, ownRecord],
    ['the FSE on behalf of the patient retrieves what is hidden too', fseForPatient, retrieve, ownRecord],
    [
      'the FSE on behalf of nobody named sees nothing hidden',
      principal({ role: 'fse', purpose: 'PERSONAL' }),
      search,
      all,
    ],
    ['the FSE hides and shows', fse, setVisibility, allHidden],
    ['the FSE with a patient hides and shows of that one only', fseOfPatient, setVisibility, ownRecord],
    ['an admin reads all but what is hidden', admin, search, all],
    ['an admin retrieves bytes as received, but none hidden', admin, asReceived, all],
    ['an operator operates', operator, operate, none],
    ['an admin operates', admin, operate, none],
    ['an admin administers', admin, administer, none],
  ] as const)('%s', (_, who, action, predicate) => {
    expect(decide(who, action)).toEqual({ allow: true, predicate })
  })

  it.each([
    ['an association of an entity stores', peer, store, { predicate: ofEntity }],
    ['an association of an entity sends orders', peer, storeOrder, { predicate: ofEntity }],
    ['an association of an entity announces patients', peer, announcePatients, { predicate: ofEntity }],
    ['an association of an entity is accepted', peer, associate, { predicate: none }],
    ['a known host is accepted', host, associate, { predicate: none }],
    ['an entity sends a report and sees its doubtful links', entity, storeReport, ofEntityWithDoubts],
    ['an entity searches its reports', entity, searchReports, ofEntityWithDoubts],
    ['an entity decides about its links', entity, decideLinks, ofEntityWithDoubts],
    ['an entity counts its own', entity, countUnresolved, { predicate: ofEntity }],
    ['the FSE sends a report, told of links alone', fse, storeReport, { predicate: all }],
    ['the FSE with a patient sends reports of that one only', fseOfPatient, storeReport, { predicate: ofPatient }],
    ['the FSE searches reports, told of links alone', fseOfPatient, searchReports, { predicate: ofPatient }],
    ['an operator searches reports', operator, searchReports, allWithDoubts],
    ['an operator decides about links', operator, decideLinks, allWithDoubts],
    ['an operator counts', operator, countUnresolved, { predicate: all }],
    ['an admin decides about links', admin, decideLinks, allWithDoubts],
    ['a citizen asks what the archive can do', principal({ role: 'citizen' }), describeArchive, { predicate: none }],
  ] as const)('%s', (_, who, action, scope) => {
    expect(decide(who, action)).toEqual({ allow: true, ...scope })
  })
})

describe('what is denied', () => {
  const professional = principal({ role: 'professional', purpose: 'TREATMENT' })
  const citizen = principal({ role: 'citizen', patient: 'CF', purpose: 'PERSONAL' })

  it.each([
    ['the FSE without a purpose', principal({ role: 'fse' }), search, 'purpose-missing'],
    ['the FSE without a purpose for a patient', principal({ role: 'fse', patient: 'CF' }), retrieve, 'purpose-missing'],
    ['hiding to the FSE without a purpose', principal({ role: 'fse' }), setVisibility, 'purpose-missing'],
    ['sending reports to the FSE without a purpose', principal({ role: 'fse' }), storeReport, 'purpose-missing'],
    ['an entity that names a patient', principal({ entityCode: 'A', patient: 'CF' }), search, 'role-has-no-patient'],
    ['an admin who names a patient', principal({ role: 'admin', patient: 'CF' }), operate, 'role-has-no-patient'],
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
    ['hiding to an entity', entity, setVisibility, 'role-may-not-set-visibility'],
    ['hiding to an admin', admin, setVisibility, 'role-may-not-set-visibility'],
    ['hiding to an operator', operator, setVisibility, 'role-may-not-set-visibility'],
    ['hiding to a citizen', citizen, setVisibility, 'role-may-not-set-visibility'],
    ['operations to an entity', entity, operate, 'role-may-not-operate'],
    ['operations to the FSE', fse, operate, 'role-may-not-operate'],
    ['operations to a citizen', citizen, operate, 'role-may-not-operate'],
    ['administration to an operator', operator, administer, 'role-may-not-administer'],
    ['administration to an entity', entity, administer, 'role-may-not-administer'],
    ['bytes as received to a FSE without a purpose', principal({ role: 'fse' }), asReceived, 'purpose-missing'],
    ['bytes as received to a citizen', citizen, asReceived, 'consent-unknown'],
    ...actionKinds.map((kind) => [`${kind} to a suspended entity`, suspended, { kind }, 'entity-not-active'] as const),
    [
      'storing over an association to an entity suspended meanwhile',
      association({ entityCode: 'ASST-A', isEntityActive: false }),
      store,
      'entity-not-active',
    ],
    ['storing to an entity without a code', principal({ role: 'entity' }), store, 'role-may-not-store'],
    ['reports to a citizen', citizen, searchReports, 'consent-unknown'],
    ['sending reports to an operator', operator, storeReport, 'role-may-not-store'],
    ['documents to an operator', operator, retrieve, 'role-may-not-read'],
    ['deciding about links to the FSE', fse, decideLinks, 'role-may-not-operate'],
    ['deciding to an entity without a code', principal({ role: 'entity' }), decideLinks, 'role-may-not-operate'],
    ['counting to a professional', professional, countUnresolved, 'role-may-not-operate'],
    ['an association to the FSE', fse, associate, 'role-may-not-associate'],
    ['patients to a host that speaks for nobody', host, announcePatients, 'caller-unknown'],
    ['reports to a host that speaks for nobody', host, storeReport, 'caller-unknown'],
    ['orders to a host that speaks for nobody', host, storeOrder, 'caller-unknown'],
    ['searching to a host that speaks for nobody', host, search, 'caller-unknown'],
    ['an association to a stranger', stranger, associate, 'caller-unknown'],
    ['storing to a stranger', stranger, store, 'caller-unknown'],
    ['searching to a stranger', stranger, search, 'caller-unknown'],
    [
      'an association to who calls another',
      association({ unknownBecause: 'called-name-unknown' }),
      associate,
      'called-name-unknown',
    ],
    [
      'an association to a suspended entity',
      association({ unknownBecause: 'entity-not-active' }),
      associate,
      'entity-not-active',
    ],
  ] as const)('%s', (_, who, action, reason) => {
    expect(decide(who, action)).toEqual({ allow: false, reason })
  })
})

/** Actions about no single study or report. */
const aboutNobody: readonly ActionKind[] = [
  ...(['count-unresolved', 'store', 'store-order', 'announce-patients', 'operate', 'administer'] as const),
  ...(['describe', 'associate'] as const),
]
const everyCase = roles.flatMap((role) =>
  actionKinds.flatMap((kind) =>
    ([undefined, ...purposes] as const).flatMap((purpose) =>
      ([undefined, 'CF'] as const).map((patient) => [role, kind, purpose, patient] as const),
    ),
  ),
)

describe('scope of every role and action', () => {
  const studyOf = (patient: string): StudyFacts => {
    const patients = [{ identifier: patient, issuer: codiceFiscaleIssuer }]
    return { isHidden: false, owner: 'ASST-A', holders: ['ASST-A'], patients }
  }

  it.each(everyCase)('%s, %s, purpose %s, patient %s', (role, kind, purpose, patient) => {
    const who = { role, ...(purpose && { purpose }), ...(patient && { patient }) }
    const decision = decide(principal({ ...who, ...(role === 'entity' && { entityCode: 'ASST-A' }) }), { kind })
    if (!decision.allow) {
      expect(decision.reason).toBeTruthy()
      return
    }
    // Who acts for patients says what for, in every decision about somebody.
    if (role === 'fse' && !aboutNobody.includes(kind)) expect(purpose).toBeDefined()
    // Who is limited to a patient reaches that one, and nobody else, in whatever is done.
    if (patient !== undefined) {
      expect(['fse', 'professional', 'citizen']).toContain(role)
      expect(isVisible(decision.predicate, studyOf('OTHER'))).toBe(false)
      expect(isVisible(decision.predicate, studyOf('CF'))).toBe(!aboutNobody.includes(kind))
    }
  })

  it('lets the FSE do with a purpose what it does', () => {
    const allowed = actionKinds.filter((kind) => decide(fseOfPatient, { kind }).allow)
    expect(allowed).toEqual(['search', 'retrieve', 'search-reports', 'store-report', 'set-visibility', 'describe'])
  })
})
