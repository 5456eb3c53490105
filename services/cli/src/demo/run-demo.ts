import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueToken, openSigningKey, type SigningKey } from '@vna/access'
import type { Catalog } from '@vna/catalog'
import { addEntity, directoryLimits, EntityError, type EntitySettings } from '@vna/entities'
import type { PhantomStudy } from '@vna/phantom'
import type { SendPlan } from '@vna/sending'
import { defaultBackoff, SendReport, sendByCStore, sendByStow } from '@vna/sending'
import type { CommandContext } from '../command.ts'
import { connectCatalog, findStack } from '../connections.ts'
import { CliError } from '../errors.ts'
import {
  type PhantomSendOptions,
  parsePhantomSpec,
  phantomGroups,
  phantomPlan,
  phantomStudiesOf,
} from '../send/phantoms.ts'
import { fillRecord } from './fill-record.ts'
import { renderDemo } from './render-demo.ts'

/** Nobody who watches a demo waits a minute for a study to be quiet. */
const stableMs = 2_000

/** A public hospital that knows its patients by codice fiscale and sends by C-STORE. */
const hospital = {
  settings: { code: 'ASST-DEMO', kind: 'EEP', name: 'ASST Demo', aeTitles: ['DEMO_PACS'], studyStableMs: stableMs },
  phantoms: ['ct:40', 'mr:20', 'dx:2', 'sr:1', 'ecg:1'],
  options: { seed: 'demo hospital' },
} as const satisfies DemoEntity

/** A private clinic that knows them by its own numbers, which are to be resolved, and sends by STOW-RS. */
const clinic = {
  settings: {
    code: 'CLINICA-DEMO',
    kind: 'EEPA',
    name: 'Clinica Demo',
    aeTitles: ['CLINICA'],
    studyStableMs: stableMs,
  },
  phantoms: ['us:2', 'mr:20', 'dx:2', 'sr:1', 'ecg:1'],
  options: { seed: 'demo clinic', frames: 20, localIdIssuer: 'CLINICA-DEMO' },
} as const satisfies DemoEntity

interface DemoEntity {
  readonly settings: EntitySettings
  readonly phantoms: readonly string[]
  readonly options: PhantomSendOptions
}

const tokenTtlSeconds = 12 * 3600
const stowBatchInstances = 20
const refreshMarginMs = 250

/** Two entities, their phantom studies sent as theirs, and where to look; the stack must be ready. May be run again. */
export async function runDemo(context: CommandContext): Promise<string> {
  const stack = findStack(context)
  if (stack?.http === undefined) throw new CliError('not-running', 'the stack is not ready')
  const catalog = connectCatalog(context)
  const peer = peerAddressOf(context.config.bind)
  for (const { settings } of [hospital, clinic]) await ensureEntity(catalog, { ...settings, hosts: [peer] })
  // Until the receivers have looked at the registry again.
  await sleep(directoryLimits.refreshMs + refreshMarginMs)
  const key = await openSigningKey(join(context.config.home, 'keys'))
  const baseUrl = `${stack.http}/dicomweb`
  const dimsePort = typeof stack.dimsePort === 'number' ? stack.dimsePort : undefined
  const sent = [
    await (dimsePort === undefined ? stow(context, hospital, baseUrl, key) : cStore(context, hospital, dimsePort)),
    await stow(context, clinic, baseUrl, key),
  ]
  const token = await issueToken(key, { role: 'fse', purpose: 'TREATMENT', ttlSeconds: tokenTtlSeconds })
  const { mllpPort, bind } = context.config
  const record = await fillRecord({
    baseUrl: stack.http,
    fseToken: token,
    mllp: mllpPort === 'off' ? undefined : { host: peerAddressOf(bind), port: mllpPort },
    localStudies: studiesOf(clinic),
    localIssuer: clinic.options.localIdIssuer,
    facility: clinic.settings.code,
    signal: context.signal,
  })
  return renderDemo({
    baseUrl: stack.http,
    token,
    record,
    entities: [hospital, clinic].map(({ settings }, index) => ({ ...settings, instances: sent[index] ?? 0 })),
  })
}

/** Where the listener is reached from here, and so where we are seen to come from. */
function peerAddressOf(bind: string): string {
  return ['0.0.0.0', '::'].includes(bind) ? '127.0.0.1' : bind
}

async function ensureEntity(catalog: Catalog, settings: EntitySettings): Promise<void> {
  try {
    await addEntity(catalog, settings)
  } catch (error) {
    if (!(error instanceof EntityError && error.code === 'entity-exists')) throw error
  }
}

async function cStore(context: CommandContext, entity: DemoEntity, port: number): Promise<number> {
  const target = {
    host: peerAddressOf(context.config.bind),
    port,
    callingAeTitle: entity.settings.aeTitles[0] ?? '',
    calledAeTitle: context.config.aeTitle,
  }
  const options = { target, associations: 1, window: 1, noDelay: true, backoff: defaultBackoff }
  return send(context, entity, (plan, report) => sendByCStore(plan, { ...options, report, signal: context.signal }))
}

async function stow(context: CommandContext, entity: DemoEntity, baseUrl: string, key: SigningKey): Promise<number> {
  const token = await issueToken(key, { role: 'entity', entityCode: entity.settings.code })
  const options = {
    baseUrl,
    token,
    connections: 1,
    batch: stowBatchInstances,
    noDelay: true,
    backoff: defaultBackoff,
  }
  return send(context, entity, (plan, report) => sendByStow(plan, { ...options, report, signal: context.signal }))
}

async function send(
  context: CommandContext,
  entity: DemoEntity,
  deliver: (plan: SendPlan, report: SendReport) => Promise<void>,
): Promise<number> {
  const plan = planOf(entity)
  const progress = context.progress({ label: entity.settings.code, total: plan.total, unit: 'instances' })
  const report = new SendReport({ onDone: () => progress.advance() })
  try {
    await deliver(plan, report)
  } finally {
    progress.finish()
    report.close()
  }
  const { acknowledged, failed } = report.summary()
  const [first] = failed
  if (first === undefined && acknowledged === plan.total) return acknowledged
  const reason = first === undefined ? 'no answer' : `${first.status ?? ''} ${first.comment}`
  throw new CliError('failed', `${acknowledged} of ${plan.total} instances were acknowledged (${reason})`)
}

function planOf(entity: DemoEntity): SendPlan {
  const specs = entity.phantoms.map(parsePhantomSpec)
  const groups = {
    *[Symbol.iterator]() {
      for (const spec of specs) yield* phantomGroups(spec, entity.options)
    },
  }
  return { ...phantomPlan(specs, entity.options), groups }
}

function studiesOf({ phantoms, options }: DemoEntity): readonly PhantomStudy[] {
  return phantoms.map(parsePhantomSpec).flatMap((spec) => [...phantomStudiesOf(spec, options)])
}
