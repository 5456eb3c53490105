export type CsvErrorCode = 'quote-open' | 'quote-misplaced' | 'row-too-long' | 'too-many-rows'

/** Where a table cannot be read; never a value. */
export class CsvError extends Error {
  override readonly name = 'CsvError'
  readonly code: CsvErrorCode
  readonly line: number

  constructor(code: CsvErrorCode, line: number) {
    super(`${code} at line ${line}`)
    this.code = code
    this.line = line
  }
}

export interface CsvRow {
  /** Of its first character, counted from 1. */
  readonly line: number
  readonly fields: readonly string[]
}

export const csvLimits = { maxFieldsPerRow: 50, maxRows: 1_000_000 } as const

/** Rows of RFC 4180 text; comma or semicolon, whichever the first row has more of. Empty rows are left out. */
export function parseCsv(text: string): readonly CsvRow[] {
  const separator = separatorOf(text)
  const rows: CsvRow[] = []
  const cursor = { at: text.startsWith('\uFEFF') ? 1 : 0, line: 1 }
  while (cursor.at < text.length) {
    const row = readRow(text, cursor, separator)
    if (row.fields.some((field) => field !== '')) rows.push(row)
    if (rows.length > csvLimits.maxRows) throw new CsvError('too-many-rows', row.line)
  }
  return rows
}

function separatorOf(text: string): string {
  const end = text.search(/[\r\n]/)
  const head = text.slice(0, end < 0 ? text.length : end)
  return head.split(';').length > head.split(',').length ? ';' : ','
}

type Cursor = { at: number; line: number }

function readRow(text: string, cursor: Cursor, separator: string): CsvRow {
  const { line } = cursor
  const fields: string[] = []
  for (;;) {
    fields.push(text[cursor.at] === '"' ? readQuoted(text, cursor) : readPlain(text, cursor, separator))
    if (fields.length > csvLimits.maxFieldsPerRow) throw new CsvError('row-too-long', line)
    const next = text[cursor.at]
    if (next === separator) cursor.at++
    else break
  }
  if (text[cursor.at] === '\r') cursor.at++
  if (text[cursor.at] === '\n') cursor.at++
  cursor.line++
  return { line, fields }
}

function readPlain(text: string, cursor: Cursor, separator: string): string {
  const start = cursor.at
  while (cursor.at < text.length && ![separator, '\r', '\n'].includes(text[cursor.at] ?? '')) cursor.at++
  return text.slice(start, cursor.at).trim()
}

function readQuoted(text: string, cursor: Cursor): string {
  const { line } = cursor
  const parts: string[] = []
  for (let start = cursor.at + 1; ; ) {
    const end = text.indexOf('"', start)
    if (end < 0) throw new CsvError('quote-open', line)
    parts.push(text.slice(start, end))
    cursor.at = end + 1
    if (text[cursor.at] !== '"') break
    // Two quotes in a quoted field are one.
    parts.push('"')
    start = cursor.at + 1
  }
  const value = parts.join('')
  cursor.line += value.split('\n').length - 1
  if (cursor.at < text.length && !/[,;\r\n]/.test(text[cursor.at] ?? '')) throw new CsvError('quote-misplaced', line)
  return value.trim()
}
