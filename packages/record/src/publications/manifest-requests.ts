import { type DicomJson, designatorOf, textOf } from '@vna/dicom'
import type { ManifestRequest } from '@vna/fse'

/** What the rows of a study say of its orders. */
export interface RequestSources {
  readonly accessionNumber: string | undefined
  readonly issuerOfAccession: string | undefined
  /** Domain of numbers that name none. */
  readonly localIssuer: string
  /** Items of the Request Attributes Sequence, of each series. */
  readonly requestAttributes: readonly (readonly DicomJson[])[]
  /** Orders that name the study, or one of its numbers. */
  readonly orders: readonly OrderRow[]
  /** A number this archive made when the study had none: kept for ever, since reports may carry it. */
  readonly generated: { readonly accessionNumber: string; readonly issuer: string } | undefined
}

/** What an order message said; empty texts where it said nothing. */
export interface OrderRow {
  readonly accession: string
  readonly issuer: string
  readonly placers: readonly NumberRow[]
  readonly fillers: readonly NumberRow[]
}

interface NumberRow {
  readonly value: string
  readonly issuer?: string | null | undefined
}

/** The orders of a study, one for each accession number in its domain; the study's own first, a generated one last. */
export function manifestRequestsOf(sources: RequestSources): readonly ManifestRequest[] {
  const found = new Map<string, ManifestRequest>()
  const add = (request: ManifestRequest): void => {
    const key = `${request.accessionIssuerOid}\n${request.accessionNumber}`
    const known = found.get(key)
    // The study level knows no order numbers: those of the series complete it.
    found.set(key, known === undefined ? request : { ...withoutAbsent(request), ...withoutAbsent(known) })
  }
  if (sources.accessionNumber !== undefined) {
    add({
      accessionNumber: sources.accessionNumber,
      accessionIssuerOid: sources.issuerOfAccession ?? sources.localIssuer,
      generated: false,
    })
  }
  for (const request of seriesRequests(sources)) add(request)
  for (const order of sources.orders)
    for (const request of requestsOfOrder(sources, order, [...found.values()])) add(request)
  if (sources.generated !== undefined) {
    const { accessionNumber, issuer } = sources.generated
    add({ accessionNumber, accessionIssuerOid: issuer, generated: true })
  }
  return [...found.values()]
}

function seriesRequests(sources: RequestSources): readonly ManifestRequest[] {
  return sources.requestAttributes.flat().flatMap((item) => {
    const accessionNumber = textOf(item, '00080050')
    if (accessionNumber === undefined) return []
    const issuer = designatorOf(item, '00080051')
    const isOwn = accessionNumber === sources.accessionNumber
    return [
      {
        accessionNumber,
        accessionIssuerOid: issuer ?? (isOwn ? sources.issuerOfAccession : undefined) ?? sources.localIssuer,
        generated: false,
        placerOrderNumber: textOf(item, '00402016'),
        placerIssuerOid: designatorOf(item, '00400026'),
        fillerOrderNumber: textOf(item, '00402017'),
        fillerIssuerOid: designatorOf(item, '00400027'),
      },
    ]
  })
}

/** An order that names the study alone tells the numbers of the first request. */
function requestsOfOrder(
  sources: RequestSources,
  { accession, issuer, placers, fillers }: OrderRow,
  known: readonly ManifestRequest[],
): readonly ManifestRequest[] {
  const same = known.find(
    (request) => request.accessionNumber === accession && (issuer === '' || request.accessionIssuerOid === issuer),
  )
  const named = accession === '' ? known[0] : same
  const accessionNumber = named?.accessionNumber ?? accession
  if (accessionNumber === '') return []
  return [
    {
      accessionNumber,
      accessionIssuerOid: named?.accessionIssuerOid ?? (issuer === '' ? sources.localIssuer : issuer),
      generated: named?.generated ?? false,
      placerOrderNumber: placers[0]?.value,
      placerIssuerOid: placers[0]?.issuer ?? undefined,
      fillerOrderNumber: fillers[0]?.value,
      fillerIssuerOid: fillers[0]?.issuer ?? undefined,
    },
  ]
}

function withoutAbsent(request: ManifestRequest): ManifestRequest {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as ManifestRequest
}
