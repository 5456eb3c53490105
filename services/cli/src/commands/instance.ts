import type { Catalog, LocatedInstance, QuarantineEntry } from '@vna/catalog'
import { auditRead } from '../audit.ts'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { connectCatalog, connectObjectStore } from '../connections.ts'
import { CliError } from '../errors.ts'
import { type StoredFile, writeStoredFile } from '../write-file.ts'

interface GetOptions {
  output?: string
  study?: string
  sha256?: string
}

/** Where an instance is: catalogued in a study, or kept aside. */
type Found = StoredFile & { readonly studyInstanceUid: string | null; readonly quarantineReason?: string }

const maxCandidates = 100

export const registerInstance: RegisterCommand = (program, host) => {
  program
    .command('instance')
    .description('single instances')
    .command('get')
    .description('write the stored bytes of an instance as a DICOM file; also of one kept aside or without a study')
    .argument('<SOP Instance UID>')
    .option('-o, --output <file>', 'where to; - is stdout (default: <SOP Instance UID>.dcm)')
    .option('--study <uid>', 'of this study, where a UID was used twice')
    .option('--sha256 <hex>', 'the version whose data set has this digest')
    .action(host.run((context, options: GetOptions, uid = '') => get(context, options, uid)))
}

async function get(context: CommandContext, options: GetOptions, uid: string): Promise<CommandResult> {
  const path = options.output ?? `${uid}.dcm`
  if (!/^[0-9.]{1,64}$/.test(uid)) throw new CliError('usage', 'a UID has digits and dots, 64 at most')
  if (path === '-' && context.json) throw new CliError('usage', '--json and --output - both want stdout')
  const catalog = connectCatalog(context)
  const file = pickOne(await find(catalog, options, uid))
  await auditRead(catalog, { sopInstanceUid: uid, studyInstanceUid: file.studyInstanceUid, by: 'vna instance get' })
  const store = connectObjectStore(context)
  await writeStoredFile({ store, file, path, stdout: process.stdout, signal: context.signal })
  const sha256 = Buffer.from(file.sha256).toString('hex')
  const { studyInstanceUid, quarantineReason, lengthBytes } = file
  return {
    json: { sopInstanceUid: uid, studyInstanceUid, quarantineReason, sha256, lengthBytes, path },
    text: path === '-' ? '' : `${path} (${lengthBytes} bytes)`,
  }
}

async function find(catalog: Catalog, options: GetOptions, uid: string): Promise<readonly Found[]> {
  const everything = { kind: 'all', includeHidden: true } as const
  const located = await catalog.findInstancesBySopUid(uid, everything)
  const studies = [...new Set(located.map((instance) => instance.studyInstanceUid))]
  const versions = options.sha256 === undefined ? located : await findVersions(catalog, studies, uid, options.sha256)
  const aside = await catalog.listQuarantine({ sopInstanceUid: uid, limit: maxCandidates })
  const found = [...versions.map(ofInstance), ...aside.map(ofQuarantine)]
  return found.filter((file) => matches(file, options))
}

async function findVersions(catalog: Catalog, studies: readonly string[], uid: string, sha256: string) {
  const everything = { kind: 'all', includeHidden: true } as const
  const lists = studies.map((studyInstanceUid) =>
    catalog.locateInstances({ studyInstanceUid, sopInstanceUid: uid, sha256: sha256.toLowerCase() }, everything),
  )
  return (await Promise.all(lists)).flat()
}

function ofInstance(instance: LocatedInstance): Found {
  const { packKey, offset, lengthBytes, dataSetOffset, sha256, studyInstanceUid } = instance
  return { packKey, offset, lengthBytes, dataSetOffset, sha256, studyInstanceUid }
}

function ofQuarantine(entry: QuarantineEntry): Found {
  const { packKey, offset, lengthBytes, dataSetOffset, sha256, studyInstanceUid } = entry
  return { packKey, offset, lengthBytes, dataSetOffset, sha256, studyInstanceUid, quarantineReason: entry.reason }
}

function matches(file: Found, options: GetOptions): boolean {
  const isStudy = options.study === undefined || file.studyInstanceUid === options.study
  const digest = Buffer.from(file.sha256).toString('hex')
  return isStudy && (options.sha256 === undefined || digest === options.sha256.toLowerCase())
}

/** The same bytes kept aside twice are one file; different ones must be told apart by the caller. */
function pickOne(found: readonly Found[]): Found {
  const byDigest = new Map(found.map((file) => [Buffer.from(file.sha256).toString('hex'), file]))
  const [first] = byDigest.values()
  if (first === undefined) throw new CliError('not-found', 'there is no such instance')
  if (byDigest.size === 1) return first
  const choices = [...byDigest].map(([digest, file]) => `--sha256 ${digest} (${file.quarantineReason ?? 'catalogued'})`)
  throw new CliError('refused', `several instances bear this UID: choose one by\n${choices.join('\n')}`)
}
