import { codiceFiscaleOf } from './codice-fiscale.ts'
import { birthPlaces, familyNames, femaleNames, maleNames } from './names.ts'
import { createRandom } from './random.ts'

/** An invented person; the codice fiscale agrees with name, birth date, sex and place. */
export interface PhantomPatient {
  readonly codiceFiscale: string
  readonly familyName: string
  readonly givenName: string
  /** PN value: family^given, upper case as most Italian registries send it. */
  readonly personName: string
  /** YYYYMMDD */
  readonly birthDate: string
  readonly sex: 'F' | 'M'
  readonly birthPlace: { readonly name: string; readonly code: string }
  /** Identifier the entity's own registry would give, without meaning outside of it. */
  readonly localId: string
  readonly heightMetres: number
  readonly weightKg: number
}

const oldestBirthYear = 1930
const youngestBirthYear = 2008

export function phantomPatient(seed: string | number): PhantomPatient {
  const random = createRandom(`patient ${seed}`)
  const sex = random.next() < 0.52 ? 'F' : 'M'
  const familyName = random.pick(familyNames)
  const givenName = random.pick(sex === 'F' ? femaleNames : maleNames)
  const year = random.integer(oldestBirthYear, youngestBirthYear)
  const birthDate = `${year}${two(random.integer(1, 12))}${two(random.integer(1, 28))}`
  const birthPlace = random.pick(birthPlaces)
  const heightMetres = Number(((sex === 'F' ? 1.62 : 1.75) + random.normal() * 0.06).toFixed(2))
  return {
    codiceFiscale: codiceFiscaleOf({ familyName, givenName, birthDate, sex, birthPlaceCode: birthPlace.code }),
    familyName,
    givenName,
    personName: `${familyName}^${givenName}`.toUpperCase(),
    birthDate,
    sex,
    birthPlace,
    localId: String(random.integer(100_000, 9_999_999)),
    heightMetres,
    weightKg: Math.round(heightMetres * heightMetres * (24 + random.normal() * 2.5)),
  }
}

/** Age at a date, as AS: 042Y. */
export function ageAt(birthDate: string, date: string): string {
  const years = Math.floor((Number(date) - Number(birthDate)) / 10_000)
  return `${String(Math.max(0, years)).padStart(3, '0')}Y`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
