import {
  isPhantomKind,
  type PhantomInstance,
  type PhantomStudy,
  type PhantomStudyOptions,
  phantomKinds,
  phantomStudies,
} from '@vna/phantom'
import { distinctContexts, type SendGroup, type SendItem, type StorageContext } from '@vna/sending'
import { CliError } from '../errors.ts'

/** Kinds whose studies have one instance unless told otherwise: a bare number then counts studies. */
const manyInstancesKinds: ReadonlySet<string> = new Set(['ct', 'mr'])
const maxCount = 10_000_000

export type PhantomSpec = Pick<PhantomStudyOptions, 'kind'> & { readonly studies: number; readonly instances: number }

export interface PhantomSendOptions {
  readonly seed: string
  readonly frames?: number
  /** Issuer of patient ids of the entity's own; without it patients are known by codice fiscale. */
  readonly localIdIssuer?: string
}

/** `ct:300` is one study of 300 instances, `dx:20` twenty studies of one, `ct:4x300` four studies of 300. */
export function parsePhantomSpec(text: string): PhantomSpec {
  const match = /^([a-z-]+):(?:(\d+)x)?(\d+)$/.exec(text)
  const [, kind = '', studies, count = ''] = match ?? []
  if (match === null || !isPhantomKind(kind)) {
    throw new CliError(
      'usage',
      `--phantom wants kind:count or kind:studiesxinstances, kind one of ${phantomKinds.join(', ')}`,
    )
  }
  const number = Number(count)
  if (number < 1 || number > maxCount || studies === '0') throw new CliError('usage', `${text}: counts begin at 1`)
  if (studies !== undefined) return { kind, studies: Number(studies), instances: number }
  return manyInstancesKinds.has(kind)
    ? { kind, studies: 1, instances: number }
    : { kind, studies: number, instances: 1 }
}

/** What the phantoms will ask of an association, without making them. */
export function phantomPlan(
  specs: readonly PhantomSpec[],
  o: PhantomSendOptions,
): { readonly total: number; readonly contexts: readonly StorageContext[] } {
  const contexts = specs.flatMap((spec) => {
    const [first] = phantomGroups({ ...spec, studies: 1, instances: 1 }, o)
    return first?.contexts ?? []
  })
  return {
    total: specs.reduce((sum, spec) => sum + spec.studies * spec.instances, 0),
    contexts: distinctContexts(contexts),
  }
}

/** The studies themselves, as they will be sent. */
export function phantomStudiesOf(spec: PhantomSpec, o: PhantomSendOptions): Iterable<PhantomStudy> {
  const identity =
    o.localIdIssuer === undefined ? {} : { identity: { kind: 'local', issuer: o.localIdIssuer } as const }
  const frames = o.frames === undefined ? {} : { frames: o.frames }
  const options = { seed: o.seed, kind: spec.kind, instances: spec.instances, count: spec.studies }
  return phantomStudies({ ...options, ...identity, ...frames })
}

export function* phantomGroups(spec: PhantomSpec, o: PhantomSendOptions): Generator<SendGroup> {
  for (const study of phantomStudiesOf(spec, o)) {
    const [first] = study.instances
    if (first === undefined) continue
    const { sopClassUid, transferSyntaxUid } = first
    yield {
      studyInstanceUid: study.studyInstanceUid,
      count: study.instanceCount,
      contexts: [{ sopClassUid, transferSyntaxUid }],
      items: {
        *[Symbol.iterator]() {
          for (const instance of study.instances) yield itemOf(instance)
        },
      },
    }
  }
}

function itemOf(instance: PhantomInstance): SendItem {
  return {
    sopClassUid: instance.sopClassUid,
    sopInstanceUid: instance.sopInstanceUid,
    transferSyntaxUid: instance.transferSyntaxUid,
    dataSetBytes: instance.sizeBytes,
    part10Bytes: instance.part10SizeBytes,
    dataSet: async () => instance.dataSet(),
    part10: async () => instance.part10(),
  }
}
