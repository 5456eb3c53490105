import { runProgram } from './programs.ts'

/** What DCMTK's dcmdump prints of one element; sequences hold items. */
export interface DumpElement {
  readonly vr: string
  readonly text?: string
  readonly items?: DumpDataSet[]
}
export type DumpDataSet = Map<string, DumpElement>

export interface Dump {
  readonly dataSet: DumpDataSet
  /** False: this build of DCMTK cannot convert the file's character set, so only ASCII values say anything. */
  readonly convertedToUtf8: boolean
}

/** `-M +R 16`: values over 16 kB, which is pixel data, are not printed. */
const dcmdumpArguments = ['-q', '+F', '+L', '-M', '+R', '16', '-Un', '+Qn']
const dataSetMark = '# Dicom-Data-Set'
const markupSigns: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const elementLine = /^( *)\(([0-9a-f]{4}),([0-9a-f]{4})\) (\S\S) (.*?) +# +(?:\d+|u\/l), *\d+ .*$/

/** Dumps files with dcmdump, text converted to UTF-8 where it can; by path. */
export async function dumpWithDcmtk(paths: readonly string[]): Promise<ReadonlyMap<string, Dump>> {
  const converted = await dumpAll(paths, ['+U8'])
  const rest = paths.filter((path) => !converted.has(path))
  const plain = rest.length === 0 ? new Map<string, string>() : await dumpAll(rest, [])
  const dumps = new Map<string, Dump>()
  for (const path of paths) {
    const output = converted.get(path) ?? plain.get(path)
    if (output === undefined) throw new Error(`dcmdump cannot read ${path}`)
    dumps.set(path, { dataSet: parseDump(output), convertedToUtf8: converted.has(path) })
  }
  return dumps
}

/** One process for all files: loading its dictionary is most of what it does. A file it cannot dump is left out. */
async function dumpAll(paths: readonly string[], flags: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runProgram('dcmdump', [...dcmdumpArguments, ...flags, ...paths])
  const found = new Map<string, string>()
  for (const section of stdout.split(/^# dcmdump \(\d+\/\d+\): /m).slice(1)) {
    const path = section.slice(0, section.indexOf('\n'))
    if (section.includes(dataSetMark)) found.set(path, section)
  }
  return found
}

/** Parses the dump after `# Dicom-Data-Set`. Nesting is shown by indentation, two blanks a level. */
function parseDump(output: string): DumpDataSet {
  const root: DumpDataSet = new Map()
  const stack: { indent: number; target: DumpDataSet | DumpDataSet[] }[] = [{ indent: -1, target: root }]
  const body = output.slice(output.indexOf(dataSetMark))
  for (const line of body.split('\n')) {
    const match = elementLine.exec(line)
    if (match === null) continue
    const [, blanks = '', group = '', element = '', vr = '', shown = ''] = match
    while (stack.length > 1 && stack.at(-1)!.indent >= blanks.length) stack.pop()
    const { target } = stack.at(-1)!
    if (group === 'fffe') {
      if (element !== 'e000' || !Array.isArray(target)) continue
      const item: DumpDataSet = new Map()
      target.push(item)
      stack.push({ indent: blanks.length, target: item })
    } else if (!Array.isArray(target)) {
      const parsed = parseElement(vr, shown)
      target.set(`${group}${element}`.toUpperCase(), parsed)
      if (parsed.items !== undefined) stack.push({ indent: blanks.length, target: parsed.items })
    }
  }
  return root
}

function parseElement(vr: string, shown: string): DumpElement {
  if (vr === 'SQ' || shown.startsWith('(Sequence with')) return { vr: 'SQ', items: [] }
  if (shown.startsWith('[') && shown.endsWith(']')) return { vr, text: unquote(shown.slice(1, -1)) }
  if (shown === '(no value available)') return { vr, text: '' }
  return { vr }
}

/** Undoes `+Qn`: each byte that is not printable ASCII, and markup signs, are printed as XML references. */
function unquote(text: string): string {
  const bytes = text.replace(/&(?:#(\d+)|(lt|gt|amp|quot|apos));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? markupSigns[name]! : String.fromCharCode(Number(code)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
