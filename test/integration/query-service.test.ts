import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePart10Prefix } from '../../packages/dicom/src/index.ts'
import { phantomStudy } from '../../packages/phantom/src/index.ts'
import { type Image, makeImage, type SyntaxName, syntaxes } from './support-data-sets.ts'
import { readMultipart } from './support-multipart.ts'
import { QueryFixture } from './support-query.ts'

const startTimeoutMs = 60_000
const asStored = 'multipart/related; type="application/dicom"; transfer-syntax=*'
const explicit = 'multipart/related; type="application/dicom"'
const syntaxNames = Object.keys(syntaxes) as SyntaxName[]

let archive: QueryFixture
const images = Object.fromEntries(
  syntaxNames.map((syntax, index) => [
    syntax,
    makeImage({
      syntax,
      study: `1.2.3.${index}`,
      series: `1.2.3.${index}.1`,
      sop: `1.2.3.${index}.1.1`,
      frames: syntax === 'rle' ? 1 : 3,
    }),
  ]),
) as Record<SyntaxName, Image>
const ct = phantomStudy({ seed: 'query', kind: 'ct', instances: 7, series: 2, rows: 64, columns: 64 })
const dx = phantomStudy({ seed: 'query', kind: 'dx', rows: 64, columns: 64 })

const path = (image: Image) =>
  `/studies/${image.studyInstanceUid}/series/${image.studyInstanceUid}.1/instances/${image.sopInstanceUid}`
const dataSetOf = (part10: Buffer) => {
  const prefix = parsePart10Prefix(part10)
  if (prefix.kind !== 'part10') throw new Error('no Part 10 file')
  return { transferSyntaxUid: prefix.transferSyntaxUid, dataSet: part10.subarray(prefix.dataSetOffset) }
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

beforeAll(async () => {
  archive = await QueryFixture.start()
  for (const syntax of syntaxNames) await archive.archive([images[syntax]])
  const instances = [...ct.instances].map((instance) => ({ ...instance, part10: instance.part10Bytes() }))
  await archive.archive(instances.slice(0, 4))
  await archive.archive(instances.slice(4))
  await archive.archive(
    [...dx.instances].map((instance) => ({ ...instance, part10: instance.part10Bytes() })),
    'ASST-B',
  )
}, startTimeoutMs)
afterAll(() => archive.stop())

describe('instances', () => {
  it.each(syntaxNames)('as stored: %s', async (syntax) => {
    const response = await archive.fetch(path(images[syntax]), { accept: asStored })
    expect(response.status).toBe(200)
    const [part, ...others] = await readMultipart(response)
    expect(others).toEqual([])
    expect(part!.headers['content-type']).toBe(`application/dicom; transfer-syntax=${syntaxes[syntax]}`)
    expect(part!.body.equals(images[syntax].part10)).toBe(true)
  })

  it.each(['implicit', 'explicit', 'deflated', 'bigEndian'] as const)(
    'as Explicit VR Little Endian: %s',
    async (syntax) => {
      const [part] = await readMultipart(await archive.fetch(path(images[syntax]), { accept: explicit }))
      const { transferSyntaxUid, dataSet } = dataSetOf(part!.body)
      expect(transferSyntaxUid).toBe(syntaxes.explicit)
      expect(part!.headers['content-type']).toBe(`application/dicom; transfer-syntax=${syntaxes.explicit}`)
      // Implicit VR does not tell the VR of a private element: it can only leave as unknown.
      const privateVr = syntax === 'implicit' ? 'UN' : 'OB'
      const want = images[syntax]
        .explicitDataSet!.toString('latin1')
        .replace('\t\0\x10\x10OB', `\t\0\x10\x10${privateVr}`)
      expect(dataSet.toString('latin1') === want).toBe(true)
    },
  )

  it('406 with what is available, when only compressed bytes are there', async () => {
    const response = await archive.fetch(path(images.jpegBaseline), { accept: explicit })
    expect(response.status).toBe(406)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await response.json()) as Record<string, unknown>
    expect(problem).toMatchObject({ type: 'urn:vna:problem:not-acceptable', status: 406 })
    expect(problem.available).toContain(`application/dicom; transfer-syntax=${syntaxes.jpegBaseline}`)
  })

  it('alone, in ranges, and not again when unchanged', async () => {
    const accept = 'application/dicom; transfer-syntax=*'
    const image = images.bigEndian
    const whole = await archive.fetch(path(image), { accept })
    expect(whole.headers.get('content-type')).toBe(`application/dicom; transfer-syntax=${syntaxes.bigEndian}`)
    expect(Buffer.from(await whole.arrayBuffer()).equals(image.part10)).toBe(true)
    const range = await archive.fetch(path(image), { accept, headers: { range: 'bytes=100-299' } })
    expect(range.status).toBe(206)
    expect(range.headers.get('content-range')).toBe(`bytes 100-299/${image.part10.length}`)
    expect(Buffer.from(await range.arrayBuffer()).equals(image.part10.subarray(100, 300))).toBe(true)
    const outside = await archive.fetch(path(image), { accept, headers: { range: `bytes=${image.part10.length}-` } })
    expect(outside.status).toBe(416)
    const etag = whole.headers.get('etag') ?? ''
    expect((await archive.fetch(path(image), { accept, headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it('a study and its series, in order, with their length told beforehand', async () => {
    const expected = [...ct.instances]
    const response = await archive.fetch(`/studies/${ct.studyInstanceUid}`, { accept: asStored })
    const length = Number(response.headers.get('content-length'))
    const parts = await readMultipart(response)
    expect(parts.map((part) => sha256(part.body))).toEqual(expected.map((one) => sha256(one.part10Bytes())))
    expect(length).toBeGreaterThan(parts.reduce((sum, part) => sum + part.body.length, 0))
    const series = expected[0]!.seriesInstanceUid
    const ofSeries = await readMultipart(
      await archive.fetch(`/studies/${ct.studyInstanceUid}/series/${series}?accept=${encodeURIComponent(asStored)}`),
    )
    expect(ofSeries).toHaveLength(expected.filter((one) => one.seriesInstanceUid === series).length)
  })

  it('HEAD tells what GET would', async () => {
    const response = await archive.fetch(`/studies/${ct.studyInstanceUid}`, { accept: asStored, method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0)
    expect(await response.text()).toBe('')
  })
})

describe('metadata', () => {
  it('of a study, with addresses of bulk data that answer', async () => {
    const response = await archive.fetch(`/studies/${images.explicit.studyInstanceUid}/metadata`)
    expect(response.headers.get('content-type')).toBe('application/dicom+json')
    const [dataSet] = (await response.json()) as Record<
      string,
      { vr: string; Value?: unknown[]; BulkDataURI?: string }
    >[]
    expect(dataSet!['00080018']?.Value).toEqual([images.explicit.sopInstanceUid])
    const uri = dataSet!['00091010']?.BulkDataURI ?? ''
    expect(uri).toBe(`${archive.dicomweb}${path(images.explicit)}/bulkdata/00091010`)
    const [part] = await readMultipart(await archive.fetch(uri))
    expect(part!.body.equals(Buffer.alloc(3000, 0x5a))).toBe(true)
  })

  it('at three levels, equal for equal instances, and not again when unchanged', async () => {
    const [first] = [...ct.instances]
    const study = `/studies/${ct.studyInstanceUid}`
    const series = `${study}/series/${first!.seriesInstanceUid}`
    const ofStudy = await archive.fetch(`${study}/metadata`)
    const etag = ofStudy.headers.get('etag') ?? ''
    const all = (await ofStudy.json()) as unknown[]
    expect(all).toHaveLength(7)
    expect(await (await archive.fetch(`${series}/metadata`)).json()).toEqual(all.slice(0, 4))
    const ofOne = await archive.fetch(`${series}/instances/${first!.sopInstanceUid}/metadata`)
    expect(await ofOne.json()).toEqual(all.slice(0, 1))
    expect((await archive.fetch(`${study}/metadata`, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it('is DICOM JSON only', async () => {
    const response = await archive.fetch(`/studies/${ct.studyInstanceUid}/metadata`, {
      accept: 'application/dicom+xml',
    })
    expect(response.status).toBe(406)
  })
})

describe('frames and bulk data', () => {
  it.each(syntaxNames)('frames of %s', async (syntax) => {
    const image = images[syntax]
    const isNative = image.explicitDataSet !== undefined
    const wanted = image.frames.length === 3 ? [3, 1] : [1]
    const accept = 'multipart/related; type=application/octet-stream; transfer-syntax=*'
    const response = await archive.fetch(`${path(image)}/frames/${wanted.join()}`, { accept })
    expect(response.status).toBe(200)
    const parts = await readMultipart(response)
    expect(parts.map((part) => part.body.toString('hex'))).toEqual(
      wanted.map((number) => image.frames[number - 1]!.toString('hex')),
    )
    const sent = isNative ? syntaxes.explicit : syntaxes[syntax]
    expect(parts[0]!.headers['content-type']).toBe(`application/octet-stream; transfer-syntax=${sent}`)
  })

  it('one frame as a single part, by its own media type', async () => {
    const response = await archive.fetch(`${path(images.jpegBaseline)}/frames/2`, { accept: 'image/jpeg' })
    expect(response.headers.get('content-type')).toBe(`image/jpeg; transfer-syntax=${syntaxes.jpegBaseline}`)
    expect(Buffer.from(await response.arrayBuffer()).equals(images.jpegBaseline.frames[1]!)).toBe(true)
  })

  it.each(['implicit', 'explicit', 'deflated', 'bigEndian'] as const)(
    'values of %s leave little endian',
    async (syntax) => {
      const accept = 'application/octet-stream'
      const pixels = await archive.fetch(`${path(images[syntax])}/bulkdata/7FE00010`, { accept })
      expect(Buffer.from(await pixels.arrayBuffer()).equals(Buffer.concat(images[syntax].frames))).toBe(true)
      const palette = await archive.fetch(`${path(images[syntax])}/bulkdata/00281201`, { accept })
      const bytes = Buffer.from(await palette.arrayBuffer())
      expect([bytes.readUInt16LE(0), bytes.readUInt16LE(2), bytes.length]).toEqual([0, 3, 3000])
    },
  )

  it('compressed pixel data are their frames', async () => {
    const parts = await readMultipart(await archive.fetch(`${path(images.jpegBaseline)}/bulkdata/7FE00010`))
    expect(parts.map((part) => part.body)).toEqual(images.jpegBaseline.frames)
    expect(parts[0]!.headers['content-type']).toMatch(/^image\/jpeg/)
  })

  it('a document by its own type', async () => {
    const address = `${path(images.bigEndian)}/bulkdata/00420011`
    const response = await archive.fetch(address, { accept: 'application/pdf' })
    expect(response.headers.get('content-type')).toBe('application/pdf')
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
  })

  it.each([
    [`${path(images.explicit)}/frames/4`, 404, 'not-found'],
    [`${path(images.explicit)}/frames/0`, 400, 'invalid-frame-list'],
    [`${path(images.explicit)}/frames/a`, 400, 'invalid-frame-list'],
    [`${path(images.explicit)}/bulkdata/00100010`, 404, 'not-found'],
    [`${path(images.explicit)}/bulkdata/nonsense`, 400, 'invalid-bulk-data-path'],
    ['/studies/9.9.9', 404, 'not-found'],
    ['/studies/9.9.9/metadata', 404, 'not-found'],
    ['/studies/x/metadata', 400, 'invalid-uid'],
    ['/studies/%E0%A4%A/metadata', 400, 'bad-request'],
    ['/studies/..%2F..%2Fetc/metadata', 400, 'invalid-uid'],
    [`${path(images.explicit)}?view=other`, 400, 'bad-request'],
    ['/nonsense', 404, 'not-found'],
  ])('%s answers %i', async (address, status, kind) => {
    const response = await archive.fetch(address)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ type: `urn:vna:problem:${kind}`, status })
  })
})

describe('searches', () => {
  it('find at each level, with the address of each result', async () => {
    const series = [...ct.instances][0]!.seriesInstanceUid
    const search = async (address: string) =>
      (await (await archive.fetch(address)).json()) as Record<string, { Value?: unknown[] }>[]
    const [study] = await search(`/studies?StudyInstanceUID=${ct.studyInstanceUid}`)
    expect(study!['00081190']?.Value).toEqual([`${archive.dicomweb}/studies/${ct.studyInstanceUid}`])
    expect(study!['00201208']?.Value).toEqual([7])
    expect(await search(`/studies/${ct.studyInstanceUid}/series`)).toHaveLength(2)
    expect(await search(`/studies/${ct.studyInstanceUid}/instances`)).toHaveLength(7)
    const instances = await search(`/studies/${ct.studyInstanceUid}/series/${series}/instances`)
    expect(instances).toHaveLength(4)
    const sop = instances[0]!['00080018']?.Value?.[0]
    expect(instances[0]!['00081190']?.Value).toEqual([
      `${archive.dicomweb}/studies/${ct.studyInstanceUid}/series/${series}/instances/${sop}`,
    ])
    expect(await search('/series?Modality=CT')).toHaveLength(8)
    expect(await search('/instances?Modality=CT')).toHaveLength(13)
    expect(await search('/studies?PatientID=nobody')).toEqual([])
  })

  it('warn of further results and of keys that are not matched', async () => {
    const page = await archive.fetch('/studies?limit=2')
    expect(await page.json()).toHaveLength(2)
    expect(page.headers.get('warning')).toContain('additional results')
    const last = await archive.fetch('/studies?limit=2&offset=7')
    expect(await last.json()).toHaveLength(1)
    expect(last.headers.get('warning')).toBeNull()
    const unmatched = await archive.fetch('/studies?PatientComments=x')
    expect(unmatched.headers.get('warning')).toContain('PatientComments')
  })

  it('refuse what they do not know', async () => {
    const response = await archive.fetch('/studies?NoSuchAttribute=1')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ type: 'urn:vna:problem:unknown-attribute' })
  })
})
