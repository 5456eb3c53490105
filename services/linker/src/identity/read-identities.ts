import { codiceFiscaleIssuer, isCodiceFiscale, isNationalIssuer } from '@vna/identifiers'
import type { Identifier, IdentityLink } from '@vna/record'
import { type CsvRow, readCsv } from './read-csv.ts'

export type RowProblem =
  | 'identifier-missing'
  | 'issuer-missing'
  | 'national-invalid'
  | 'birth-date-invalid'
  | 'sex-invalid'
  | 'header-unknown'

export interface RowError {
  readonly line: number
  readonly problem: RowProblem
}

export interface ReadIdentities {
  readonly links: readonly IdentityLink[]
  readonly errors: readonly RowError[]
}

const columns = ['issuer', 'identifier', 'national', 'nationalIssuer', 'name', 'birthDate', 'sex'] as const
type Column = (typeof columns)[number]

/**
 * A table of identities: first row names the columns `issuer`, `identifier`, `national` and, where wanted,
 * `nationalIssuer` (absent: a codice fiscale), `name`, `birthDate` (YYYYMMDD or YYYY-MM-DD), `sex`. Every row is checked;
 * errors name lines, never values.
 */
export async function readIdentities(bytes: Uint8Array, source: string): Promise<ReadIdentities> {
  const links: IdentityLink[] = []
  const errors: RowError[] = []
  let places: Places | undefined
  for await (const row of readCsv(bytes)) {
    if (places === undefined) {
      places = placesOf(row)
      if (places === undefined) break
      continue
    }
    const read = linkOf(row, places, source)
    if ('problem' in read) errors.push(read)
    else links.push(read)
  }
  if (places === undefined) return { links: [], errors: [{ line: 1, problem: 'header-unknown' }] }
  return { links, errors }
}

type Places = ReadonlyMap<Column, number>

function placesOf({ fields }: CsvRow): Places | undefined {
  const places = new Map<Column, number>()
  for (const [place, name] of fields.entries()) {
    const column = columns.find((known) => known.toLowerCase() === name.toLowerCase().replaceAll(/[ _-]/g, ''))
    if (column === undefined) return undefined
    places.set(column, place)
  }
  return places.has('issuer') && places.has('identifier') && places.has('national') ? places : undefined
}

function linkOf({ line, fields }: CsvRow, places: Places, source: string): IdentityLink | RowError {
  const at = (column: Column): string | undefined => {
    const value = fields[places.get(column) ?? -1]
    return value === '' ? undefined : value
  }
  const [issuer, identifier] = [at('issuer'), at('identifier')]
  if (identifier === undefined) return { line, problem: 'identifier-missing' }
  if (issuer === undefined) return { line, problem: 'issuer-missing' }
  const national = nationalOf(at('national'), at('nationalIssuer'))
  if (national === 'invalid') return { line, problem: 'national-invalid' }
  const birthDate = at('birthDate')?.replaceAll('-', '')
  if (birthDate !== undefined && !/^\d{8}$/.test(birthDate)) return { line, problem: 'birth-date-invalid' }
  const sex = at('sex')?.toUpperCase()
  if (sex !== undefined && !['M', 'F', 'O'].includes(sex)) return { line, problem: 'sex-invalid' }
  return { issuer, identifier, national, name: at('name'), birthDate, sex, source }
}

function nationalOf(value: string | undefined, issuer: string | undefined): Identifier | undefined | 'invalid' {
  if (value === undefined) return undefined
  const identifier = value.replaceAll(/\s/g, '').toUpperCase()
  const domain = issuer ?? codiceFiscaleIssuer
  if (!isNationalIssuer(domain)) return 'invalid'
  return domain === codiceFiscaleIssuer && !isCodiceFiscale(identifier) ? 'invalid' : { issuer: domain, identifier }
}
