import { readFileSync } from 'node:fs'
import type { SendPlan } from '@vna/sending'
import {
  defaultBackoff,
  distinctContexts,
  findFiles,
  SendReport,
  type SendSummary,
  type SkippedFile,
  sendByCStore,
  sendByStow,
  withoutExisting,
} from '@vna/sending'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { CliError } from '../errors.ts'
import type { Progress } from '../output.ts'
import { countOf, parallelOf, parseBaseUrl, parseTarget, type SendCommandOptions } from '../send/parse-options.ts'
import { parsePhantomSpec, phantomGroups, phantomPlan } from '../send/phantoms.ts'

const maxFailuresPrinted = 20

export const registerSend: RegisterCommand = (program, host) => {
  program
    .command('send')
    .description('send DICOM files or phantoms by C-STORE or STOW-RS')
    .argument('[paths...]', 'files and folders; what is not DICOM is named and left out')
    .option('--to <host:port>', 'C-STORE to this peer')
    .option('--calling <ae>', 'our AE title', 'VNA_SEND')
    .option('--called <ae>', "the peer's AE title", 'VNA')
    .option('--associations <n>', 'associations side by side', '1')
    .option('--window <n>', 'C-STORE requests under way in an association, where the peer agrees', '1')
    .option('--stow <url>', 'STOW-RS to this DICOMweb service instead')
    .option('--token-file <path>', 'file with the bearer token for STOW-RS and QIDO-RS')
    .option('--token <jwt>', 'the token itself: other users of this machine see it in the list of processes')
    .option('--connections <n>', 'STOW-RS connections side by side', '1')
    .option('--batch <n>', 'instances in a STOW-RS request', '50')
    .option(
      '--phantom <kind:count...>',
      'synthetic studies: ct:300 is one of 300, dx:20 twenty of one, ct:4x300 four of 300',
    )
    .option('--phantom-seed <text>', 'the same seed makes the same studies', 'send')
    .option('--phantom-frames <n>', 'frames of each multi-frame phantom')
    .option('--local-ids <issuer>', 'phantom patients known by local ids of this issuer only')
    .option('--skip-existing', 'leave out what the archive already answers for')
    .option('--qido <url>', 'DICOMweb service asked by --skip-existing (default: that of --stow)')
    .option(
      '--retries <n>',
      'tries after congestion or a lost connection before giving up',
      String(defaultBackoff.retries),
    )
    .option('--ack-log <file>', 'append UID and SHA-256 of each instance as soon as it is acknowledged')
    .option('--nagle', "leave Nagle's algorithm on, as some senders do")
    .action(host.run<SendCommandOptions>((context, options, ...paths) => send(context, options, paths.flat())))
}

async function send(context: CommandContext, options: SendCommandOptions, paths: string[]): Promise<CommandResult> {
  const deliver = deliveryOf(options, context)
  const { plan, skipped } = await planOf(context, options, paths)
  if (plan.total === 0) throw new CliError('usage', 'nothing to send: name DICOM files, folders or --phantom')
  const progress = context.progress({ label: 'send', total: plan.total, unit: 'instances' })
  const report = new SendReport({
    onDone: () => progress.advance(),
    ...(options.ackLog === undefined ? {} : { ackLog: options.ackLog }),
  })
  context.onEnd(() => report.close())
  const end = await run(() => deliver(plan, report), progress)
  return resultOf(report.summary(), { total: plan.total, skipped, end })
}

type Deliver = (plan: SendPlan, report: SendReport) => Promise<void>

/** Everything about the destination is checked before a file is touched. */
function deliveryOf(options: SendCommandOptions, context: CommandContext): Deliver {
  if ((options.to === undefined) === (options.stow === undefined)) {
    throw new CliError('usage', 'say where to: either --to host:port or --stow url')
  }
  const common = {
    noDelay: options.nagle !== true,
    backoff: { ...defaultBackoff, retries: countOf(options.retries, 'retries') },
    signal: context.signal,
  }
  const token = tokenOf(options)
  const filter = filterOf(options, context)
  if (options.stow !== undefined) {
    const baseUrl = parseBaseUrl(options.stow, 'stow')
    const connections = parallelOf(options.connections, 'connections')
    const batch = Math.max(1, countOf(options.batch, 'batch'))
    return async (plan, report) =>
      sendByStow(await filter(plan, report), { ...common, ...token, baseUrl, connections, batch, report })
  }
  const target = parseTarget({ to: options.to ?? '', calling: options.calling, called: options.called })
  const associations = parallelOf(options.associations, 'associations')
  const window = parallelOf(options.window, 'window')
  return async (plan, report) =>
    sendByCStore(await filter(plan, report), { ...common, target, associations, window, report })
}

function filterOf(
  options: SendCommandOptions,
  context: CommandContext,
): (plan: SendPlan, report: SendReport) => Promise<SendPlan> {
  if (options.skipExisting !== true) return async (plan) => plan
  const url = options.qido ?? options.stow
  if (url === undefined) throw new CliError('usage', '--skip-existing with --to also wants --qido url')
  const baseUrl = parseBaseUrl(url, 'qido')
  const token = tokenOf(options)
  return async (plan, report) => {
    const groups = []
    for (const group of plan.groups) {
      groups.push(await withoutExisting(group, { baseUrl, ...token, report, signal: context.signal }))
    }
    return { ...plan, groups }
  }
}

async function planOf(
  context: CommandContext,
  options: SendCommandOptions,
  paths: readonly string[],
): Promise<{ plan: SendPlan; skipped: readonly SkippedFile[] }> {
  const { groups, skipped } = await findFiles(paths, { signal: context.signal })
  const specs = (options.phantom ?? []).map(parsePhantomSpec)
  const phantomOptions = {
    seed: options.phantomSeed,
    ...(options.phantomFrames === undefined ? {} : { frames: countOf(options.phantomFrames, 'phantom-frames') }),
    ...(options.localIds === undefined ? {} : { localIdIssuer: options.localIds }),
  }
  const phantoms = phantomPlan(specs, phantomOptions)
  const plan = {
    total: groups.reduce((sum, group) => sum + group.count, 0) + phantoms.total,
    contexts: distinctContexts([...groups.flatMap((group) => group.contexts), ...phantoms.contexts]),
    groups: {
      *[Symbol.iterator]() {
        yield* groups
        for (const spec of specs) yield* phantomGroups(spec, phantomOptions)
      },
    },
  }
  return { plan, skipped }
}

/** A peer out of reach ends the sending, not the account of what was acknowledged before. */
async function run(deliver: () => Promise<void>, progress: Progress): Promise<Error | undefined> {
  try {
    await deliver()
    return undefined
  } catch (error) {
    if (error instanceof CliError && error.code === 'usage') throw error
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    progress.finish()
  }
}

function resultOf(
  summary: SendSummary,
  o: { readonly total: number; readonly skipped: readonly SkippedFile[]; readonly end: Error | undefined },
): CommandResult {
  const notSent = o.total - summary.acknowledged - summary.failed.length - summary.skipped
  const error =
    o.end === undefined
      ? {}
      : { error: { code: (o.end as { code?: string }).code ?? 'failed', message: o.end.message } }
  const json = { ...summary, notSent, leftOut: o.skipped, ...error }
  const megabytes = summary.acknowledgedBytes / 1e6
  const rate = `${Math.round(summary.acknowledged / summary.seconds)} instances/s, ${Math.round(megabytes / summary.seconds)} MB/s`
  const lines = [
    `${summary.acknowledged} of ${o.total} instances acknowledged (${Math.round(megabytes)} MB in ${summary.seconds.toFixed(1)} s: ${rate})`,
    ...(summary.skipped > 0 ? [`${summary.skipped} left out: already there`] : []),
    ...(summary.warnings > 0 ? [`${summary.warnings} with a warning`] : []),
    ...(summary.retries > 0 ? [`${summary.retries} tries again`] : []),
    ...o.skipped.slice(0, maxFailuresPrinted).map((file) => `left out: ${file.path} (${file.reason})`),
    ...summary.failed
      .slice(0, maxFailuresPrinted)
      .map((failure) => `failed: ${failure.sopInstanceUid} ${failure.status ?? ''} ${failure.comment}`),
    ...(notSent > 0 ? [`${notSent} not sent: ${o.end?.message ?? 'stopped'}`] : []),
  ]
  return { json, text: lines.join('\n'), ok: summary.failed.length === 0 && notSent === 0 && o.end === undefined }
}

function tokenOf({ token, tokenFile }: SendCommandOptions): { readonly token?: string } {
  if (token !== undefined && tokenFile !== undefined) throw new CliError('usage', 'give either --token or --token-file')
  const text = tokenFile === undefined ? token : readFileSync(tokenFile, 'utf8').trim()
  return text === undefined ? {} : { token: text }
}
