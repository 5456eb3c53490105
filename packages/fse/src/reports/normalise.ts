import { isStorableUid } from '@vna/dicom'
import { codiceFiscaleIssuer, isCodiceFiscale, isNationalIssuer } from '@vna/identifiers'
import type { PatientIdentifier } from '../model/identifiers.ts'
import type { OrderIdentifier } from '../model/report.ts'

/**
 * `undefined` when there is no value or no domain: an identifier of nowhere identifies nobody. A codice fiscale whose
 * check character is right is one, whatever issuer stands beside it: the catalog reads headers alike.
 */
export function patientIdentifierOf(
  value: string | undefined,
  issuer: string | undefined,
): PatientIdentifier | undefined {
  const text = withoutControls(value)
  if (!text) return undefined
  const compact = text.replace(/\s/g, '').toUpperCase()
  if (isCodiceFiscale(compact)) return { value: compact, issuer: codiceFiscaleIssuer }
  const domain = withoutControls(issuer)
  if (!domain) return undefined
  return { value: isNationalIssuer(domain) ? compact : text, issuer: domain }
}

/** What nobody sees is no part of an identifier, and goes before anything is compared. */
function withoutControls(text: string | undefined): string | undefined {
  return text?.replace(/[\p{Cc}\p{Cf}]/gu, '').trim()
}

export function orderIdentifierOf(value: string | undefined, issuer?: string | undefined): OrderIdentifier | undefined {
  const text = withoutControls(value)
  if (!text) return undefined
  const domain = withoutControls(issuer)
  return domain ? { value: text, issuer: domain } : { value: text }
}

/** A UID, with or without `urn:oid:`; `undefined` when it is none. */
export function uidOf(text: string | undefined): string | undefined {
  const uid = text?.trim().replace(/^urn:oid:/i, '')
  return uid !== undefined && isStorableUid(uid) ? uid : undefined
}

/** Whether a text is an OID by its looks: at least three arcs. */
export function isOid(text: string): boolean {
  return text.length <= 128 && /^[0-2](\.(0|[1-9]\d*)){2,}$/.test(text)
}

/** YYYYMMDD of an HL7 or ISO 8601 time; `undefined` for what is no day of the calendar. */
export function dayOf(text: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text?.trim() ?? '') ?? []
  if (year === undefined || month === undefined || day === undefined) return undefined
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const exists = date.getUTCMonth() === Number(month) - 1 && date.getUTCFullYear() === Number(year)
  return exists ? `${year}${month}${day}` : undefined
}

/** YYYYMMDDHHMMSS as written, without its time zone; what is missing of the time counts as zero. */
export function momentOf(text: string | undefined): string | undefined {
  const day = dayOf(text)
  if (day === undefined) return undefined
  const rest = (text ?? '').trim().replaceAll('-', '').slice(8)
  const [, hour = '00', minute = '00', second = '00'] = /^T?(\d{2})(?::?(\d{2}))?(?::?(\d{2}))?/.exec(rest) ?? []
  return `${day}${hour}${minute}${second}`
}

/** Each one once, in the order of first appearance, nothing that is absent. */
export function distinct<T>(values: readonly (T | undefined)[]): readonly T[] {
  const present = values.filter((value) => value !== undefined)
  return [...new Map(present.map((value) => [JSON.stringify(value), value])).values()]
}
