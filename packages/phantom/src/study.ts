import {
  accessionIssuerOidOf,
  type PatientIdentity,
  patientAttributes,
  patientIdOf,
  studyAttributes,
} from './headers.ts'
import { createInstance, type PhantomInstance } from './instance.ts'
import { kindDefinitions, type PhantomKind } from './kinds/index.ts'
import { familyNames, maleNames } from './names.ts'
import { type PhantomPatient, phantomPatient } from './patient.ts'
import type { KindOptions, StudyContext } from './plan.ts'
import { createRandom, type Random } from './random.ts'
import { phantomUid } from './uid.ts'

export interface PhantomStudyOptions {
  /** Everything else being equal, the same seed gives the same bytes. */
  readonly seed: string | number
  readonly kind: PhantomKind
  readonly instances?: number
  /** Series the instances are spread over, filled one after the other. */
  readonly series?: number
  /** Of each multi-frame instance. */
  readonly frames?: number
  readonly rows?: number
  readonly columns?: number
  /** Default: a patient of the seed's own. Pass one to give a patient several studies. */
  readonly patient?: PhantomPatient
  /** Default: known by codice fiscale. */
  readonly identity?: PatientIdentity
  /** YYYYMMDD */
  readonly studyDate?: string
  readonly accessionNumber?: string
  readonly institutionName?: string
}

export interface PhantomStudy {
  readonly kind: PhantomKind
  readonly modality: string
  readonly studyInstanceUid: string
  readonly studyDate: string
  readonly accessionNumber: string
  readonly accessionIssuerOid: string
  readonly description: string
  readonly patient: PhantomPatient
  /** As the instances carry it: the codice fiscale, or the entity's own number. */
  readonly patientId: string
  readonly instanceCount: number
  /** May be iterated again and again; each instance is made when it is reached. */
  readonly instances: Iterable<PhantomInstance>
}

export class PhantomError extends Error {
  readonly code: 'bad-option'
  constructor(message: string) {
    super(message)
    this.name = 'PhantomError'
    this.code = 'bad-option'
  }
}

export function phantomStudy(o: PhantomStudyOptions): PhantomStudy {
  const definition = kindDefinitions[o.kind]
  const options = kindOptions(o)
  const seed = `${o.kind} ${o.seed}`
  const context = studyContext(o, seed)
  const planInstance = definition.planStudy(context, options)
  return {
    kind: o.kind,
    modality: definition.modality,
    studyInstanceUid: context.studyInstanceUid,
    studyDate: context.studyDate,
    accessionNumber: String(context.studyAttributes.AccessionNumber),
    accessionIssuerOid: accessionIssuerOidOf(context.institutionName),
    description: definition.studyDescription,
    patient: context.patient,
    patientId: context.patientId,
    instanceCount: options.instances,
    instances: {
      *[Symbol.iterator]() {
        for (let index = 0; index < options.instances; index++) {
          yield createInstance(definition.sopClassUid, context.studyInstanceUid, planInstance(index))
        }
      },
    },
  }
}

/** A run of studies of one kind, each with a seed and a patient of its own. */
export function* phantomStudies(o: PhantomStudyOptions & { readonly count: number }): Generator<PhantomStudy> {
  for (let index = 0; index < o.count; index++) yield phantomStudy({ ...o, seed: `${o.seed} #${index}` })
}

function kindOptions(o: PhantomStudyOptions): KindOptions {
  const { defaults } = kindDefinitions[o.kind]
  const options = {
    instances: o.instances ?? defaults.instances,
    series: o.series ?? defaults.series,
    frames: o.frames ?? defaults.frames,
    rows: o.rows ?? defaults.rows,
    columns: o.columns ?? defaults.columns,
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Number.isSafeInteger(value) || value < 1) throw new PhantomError(`${name} must be a whole number from 1`)
  }
  if (o.kind === 'us-ybr' && options.columns % 2 === 1) throw new PhantomError('columns of us-ybr must be even')
  if (options.rows > 65_534 || options.columns > 65_534) throw new PhantomError('rows and columns end at 65534')
  return options
}

function studyContext(o: PhantomStudyOptions, seed: string): StudyContext {
  const random = createRandom(`study ${seed}`)
  const patient = o.patient ?? phantomPatient(seed)
  const studyInstanceUid = phantomUid('study', seed)
  const studyDate = o.studyDate ?? dateOf(random)
  const institutionName = o.institutionName ?? 'OSPEDALE DI PROVA'
  const identity = o.identity ?? { kind: 'codice-fiscale' }
  const studyId = String(random.integer(10_000_000, 99_999_999))
  return {
    seed,
    patient,
    patientId: patientIdOf(patient, identity),
    patientAttributes: patientAttributes(patient, identity, studyDate),
    studyAttributes: studyAttributes({
      studyInstanceUid,
      studyDate,
      studyTime: `${two(random.integer(7, 19))}${two(random.integer(0, 59))}${two(random.integer(0, 59))}`,
      accessionNumber: o.accessionNumber ?? `PH${studyDate.slice(2, 4)}${studyId}`,
      studyId,
      description: kindDefinitions[o.kind].studyDescription,
      institutionName,
      referringPhysicianName: `${random.pick(familyNames)}^${random.pick(maleNames)}^^DR`.toUpperCase(),
    }),
    studyInstanceUid,
    studyDate,
    institutionName,
    random,
  }
}

function dateOf(random: Random): string {
  return `${random.integer(2016, 2025)}${two(random.integer(1, 12))}${two(random.integer(1, 28))}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
