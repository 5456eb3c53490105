import type { JsonDataSet } from './metadata-comparison.ts'
import { encodeMultipart, multipartDicom, parseMultipart } from './multipart.ts'
import { splitPart10 } from './part10.ts'

/** PS3.18 I.2.2: the elements of a store response. */
const failedSopSequence = '00081198'
/** Parts that could not be read far enough to name an instance. */
const otherFailuresSequence = '0008119A'
const referencedSopSequence = '00081199'
const failureReason = '00081197'
const referencedSopInstanceUid = '00081155'
const errorComment = '00000902'

export interface StoreFailure {
  readonly reason: number
  readonly sopInstanceUid?: string
  readonly comment?: string
}
export interface StoreAnswer {
  readonly httpStatus: number
  readonly storedUids: readonly string[]
  readonly failures: readonly StoreFailure[]
  readonly text: string
}

export interface RetrievedInstance {
  readonly contentType: string
  readonly transferSyntaxUid: string
  readonly dataSet: Buffer
  readonly sopInstanceUid: string
}

/** A DICOMweb client that hides nothing: what was asked, what came back. */
export class DicomWeb {
  readonly baseUrl: string
  readonly token: string

  constructor(baseUrl: string, token: string) {
    this.baseUrl = baseUrl
    this.token = token
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = path.startsWith('http') ? path : `${this.baseUrl}${path}`
    return fetch(url, { ...init, headers: { authorization: `Bearer ${this.token}`, ...init.headers } })
  }

  async store(files: readonly Buffer[], studyInstanceUid?: string): Promise<StoreAnswer> {
    const path = studyInstanceUid === undefined ? '/studies' : `/studies/${studyInstanceUid}`
    const headers = { 'content-type': multipartDicom, accept: 'application/dicom+json' }
    return readStoreAnswer(await this.fetch(path, { method: 'POST', headers, body: encodeMultipart(files) }))
  }

  async search(path: string): Promise<readonly JsonDataSet[]> {
    const response = await this.fetch(path, { headers: { accept: 'application/dicom+json' } })
    if (response.status === 204) return []
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as readonly JsonDataSet[]
  }

  /** Every instance under a study, series or instance, bytes as they were received. */
  async retrieveAsReceived(path: string): Promise<readonly RetrievedInstance[]> {
    const accept = 'multipart/related; type="application/dicom"; transfer-syntax=*'
    const response = await this.fetch(`${path}?view=as-received`, { headers: { accept } })
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    const parts = parseMultipart(response.headers.get('content-type') ?? '', Buffer.from(await response.arrayBuffer()))
    return parts.map((part) => {
      const { dataSet, meta, transferSyntaxUid } = splitPart10(part.body)
      const contentType = part.headers.get('content-type') ?? ''
      return { contentType, transferSyntaxUid, dataSet, sopInstanceUid: meta.get(0x0003) ?? '' }
    })
  }

  async metadata(path: string): Promise<readonly JsonDataSet[]> {
    return this.search(`${path}/metadata`)
  }
}

async function readStoreAnswer(response: Response): Promise<StoreAnswer> {
  const text = await response.text()
  const json = parseJson(text)
  const items = (tag: string) => (json[tag]?.Value ?? []) as readonly JsonDataSet[]
  return {
    httpStatus: response.status,
    storedUids: items(referencedSopSequence).map((item) => String(item[referencedSopInstanceUid]?.Value?.[0])),
    failures: [...items(failedSopSequence), ...items(otherFailuresSequence)].map(storeFailure),
    text,
  }
}

/** A refused request is answered by a problem document, not a data set; `text` still says what it was. */
function parseJson(text: string): JsonDataSet {
  try {
    return JSON.parse(text) as JsonDataSet
  } catch {
    return {}
  }
}

function storeFailure(item: JsonDataSet): StoreFailure {
  const uid = item[referencedSopInstanceUid]?.Value?.[0]
  const comment = item[errorComment]?.Value?.[0]
  return {
    reason: Number(item[failureReason]?.Value?.[0]),
    ...(uid === undefined ? {} : { sopInstanceUid: String(uid) }),
    ...(comment === undefined ? {} : { comment: String(comment) }),
  }
}
