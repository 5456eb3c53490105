import { dayOf } from '../reports/normalise.ts'

/**
 * FHIR dateTime of a DICOM date and time (`20260110`, `101500.123`, `+0100`): the date alone where the time is missing or
 * none, `undefined` where the date is none.
 */
export function fhirDateTime(date: string | undefined, time: string | undefined, zone: string): string | undefined {
  const day = fhirDate(date)
  if (day === undefined) return undefined
  const [, hour, minute, second = '00'] =
    /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)?(?:\.\d{1,6})?$/.exec(time?.trim() ?? '') ?? []
  if (hour === undefined) return day
  return `${day}T${hour}:${minute}:${second}${fhirZone(zone)}`
}

export function fhirDate(date: string | undefined): string | undefined {
  return dayOf(date)?.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
}

/** FHIR instant of YYYYMMDDHHMMSS. */
export function fhirInstant(moment: string, zone: string): string {
  const parts = moment.replace(/^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/, '$1-$2-$3T$4:$5:$6')
  return `${parts}${fhirZone(zone)}`
}

function fhirZone(zone: string): string {
  return `${zone.slice(0, 3)}:${zone.slice(3)}`
}
