import { Readable } from 'node:stream'
import { CsvError as LibraryError, parse } from 'csv-parse'

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

export interface CsvLimits {
  readonly maxFieldsPerRow: number
  readonly maxCharactersPerRow: number
  readonly maxRows: number
}

export const csvLimits: CsvLimits = { maxFieldsPerRow: 50, maxCharactersPerRow: 65_536, maxRows: 1_000_000 }

/** What is handed to the parser at once, and how far the first row is looked at for its separator and its end. */
const chunkBytes = 65_536

/**
 * Rows of RFC 4180 text in UTF-8; comma or semicolon, whichever the first row has more of. Empty rows are left out. Throws
 * CsvError, which names the line and never a value.
 */
export async function* readCsv(bytes: Uint8Array, limits: CsvLimits = csvLimits): AsyncGenerator<CsvRow> {
  const shape = shapeOf(bytes)
  const lines = new LineCounter(bytes, shape.record_delimiter)
  const rows = Readable.from(chunksOf(bytes), { objectMode: false }).pipe(
    parse({
      ...shape,
      bom: true,
      trim: true,
      relax_column_count: true,
      max_record_size: limits.maxCharactersPerRow,
      info: true,
    }),
  )
  let count = 0
  try {
    for await (const { info, record } of rows as AsyncIterable<ParsedRow>) {
      const row = { line: lines.current, fields: record.map((field) => field.trim()) }
      lines.advanceTo(info.bytes_records)
      if (row.fields.length > limits.maxFieldsPerRow) throw new CsvError('row-too-long', row.line)
      if (row.fields.every((field) => field === '')) continue
      if (++count > limits.maxRows) throw new CsvError('too-many-rows', row.line)
      yield row
    }
  } catch (error) {
    throw error instanceof LibraryError ? translated(error, lines) : error
  }
}

interface ParsedRow {
  /** Where the row ends, its line end included. */
  readonly info: { readonly bytes_records: number }
  readonly record: readonly string[]
}

/** The parser's own count of lines goes wrong where a carriage return stands before a line feed. */
class LineCounter {
  readonly #bytes: Uint8Array
  readonly #lineEnd: number
  #at = 0
  /** The line that begins where the last row ended. */
  current = 1

  constructor(bytes: Uint8Array, lineEnd: string) {
    this.#bytes = bytes
    this.#lineEnd = lineEnd.charCodeAt(0)
  }

  advanceTo(offset: number): void {
    for (let end = this.#next(); end >= 0 && end < offset; end = this.#next()) {
      this.current++
      this.#at = end + 1
    }
  }

  #next(): number {
    return this.#bytes.indexOf(this.#lineEnd, this.#at)
  }
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}

/** A row ends with a line feed, or with a carriage return where the table has none; one before a line feed is trimmed. */
function shapeOf(bytes: Uint8Array): { readonly delimiter: string; readonly record_delimiter: string } {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, chunkBytes)).toString('latin1')
  const [row = ''] = head.split(/[\r\n]/, 1)
  return {
    delimiter: row.split(';').length > row.split(',').length ? ';' : ',',
    record_delimiter: head.includes('\r') && !head.includes('\n') ? '\r' : '\n',
  }
}

const codes: Readonly<Record<string, CsvErrorCode>> = {
  CSV_QUOTE_NOT_CLOSED: 'quote-open',
  CSV_INVALID_CLOSING_QUOTE: 'quote-misplaced',
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'quote-misplaced',
  INVALID_OPENING_QUOTE: 'quote-misplaced',
  CSV_MAX_RECORD_SIZE: 'row-too-long',
}

/** The library's own message quotes the table. The row that cannot be read begins where the last one ended. */
function translated(error: LibraryError, lines: LineCounter): Error {
  const code = codes[error.code]
  if (code === undefined) return new Error(`csv-parse: ${error.code}`)
  lines.advanceTo(Number(error.bytes_records))
  return new CsvError(code, lines.current)
}
