import { DataSetScanner, type DicomJson, itemsOf, parsePart10Prefix, textOf, toDicomJson } from '@vna/dicom'

/** What our own reader finds in a KOS, independent of the writer. */
export function readKos(bytes: Uint8Array): DicomJson {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const prefix = parsePart10Prefix(file)
  if (prefix.kind !== 'part10') throw new Error('no Part 10 file')
  const scanner = new DataSetScanner({ transferSyntaxUid: prefix.transferSyntaxUid, capture: 'all' })
  scanner.push(file.subarray(prefix.dataSetOffset))
  return toDicomJson(scanner.end(), { bulkDataUri: (path) => path, maxInlineBytes: 1024 })
}

/** The value at a path of tags: `0040A370/0/00080050`; `undefined` when absent, '' when empty, `n items` of a sequence. */
export function valueAt(json: DicomJson, path: string): string | undefined {
  const [tag = '', item, ...rest] = path.split('/')
  if (item !== undefined) {
    const found = itemsOf(json, tag)[Number(item)]
    return found && valueAt(found, rest.join('/'))
  }
  const element = json[tag]
  if (element === undefined) return undefined
  if (element.vr === 'SQ') return `${itemsOf(json, tag).length} items`
  const value = element.Value?.[0]
  if (value !== null && typeof value === 'object') return JSON.stringify(value)
  return textOf(json, tag) ?? ''
}

/** The content tree, a line for each item: `depth relationship type concept=value`. */
export function contentLines(json: DicomJson, depth = 0): readonly string[] {
  return itemsOf(json, '0040A730').flatMap((item) => [
    `${'.'.repeat(depth)}${textOf(item, '0040A010')} ${textOf(item, '0040A040')} ${lineOf(item)}`,
    ...contentLines(item, depth + 1),
  ])
}

function lineOf(item: DicomJson): string {
  const reference = itemsOf(item, '00081199')[0]
  if (reference !== undefined) return textOf(reference, '00081155') ?? ''
  const number = itemsOf(item, '0040A300')[0]
  const values = [
    codeAt(item, '0040A168'),
    textOf(item, '0040A160'),
    textOf(item, '0040A121'),
    textOf(item, '0040A122'),
    textOf(item, '0040A124'),
    number && `${textOf(number, '0040A30A')}${codeAt(number, '004008EA')}`,
  ]
  return `${codeAt(item, '0040A043')}=${values.filter(Boolean).join('+')}`
}

function codeAt(item: DicomJson, tag: string): string | undefined {
  const code = itemsOf(item, tag)[0]
  return code && `${textOf(code, '00080100')}:${textOf(code, '00080102')}`
}

export interface ManifestUids {
  readonly manifest: string | undefined
  readonly study: string | undefined
  readonly series: readonly { readonly uid: string | undefined; readonly instances: readonly string[] }[]
}

/** Of the evidence; the content tree is read apart. */
export function uidsOfKos(json: DicomJson): ManifestUids {
  const [evidence = {}] = itemsOf(json, '0040A375')
  return {
    manifest: textOf(json, '00080018'),
    study: textOf(evidence, '0020000D'),
    series: itemsOf(evidence, '00081115').map((series) => ({
      uid: textOf(series, '0020000E'),
      instances: itemsOf(series, '00081199').map((sop) => `${textOf(sop, '00081150')} ${textOf(sop, '00081155')}`),
    })),
  }
}
