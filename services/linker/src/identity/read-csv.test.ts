import { describe, expect, it } from 'vitest'
import { CsvError, type CsvRow, csvLimits, readCsv } from './read-csv.ts'

const rowsOf = async (text: string, limits = csvLimits): Promise<CsvRow[]> =>
  await Array.fromAsync(readCsv(Buffer.from(text), limits))
const fieldsOf = async (text: string) => (await rowsOf(text)).map(({ fields }) => fields)

describe('a table', () => {
  it.each([
    [
      'plain rows',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'line ends of Windows, none at the end',
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'semicolons',
      'a;b\n1;2,5',
      [
        ['a', 'b'],
        ['1', '2,5'],
      ],
    ],
    ['a byte order mark', '\uFEFFa,b\n', [['a', 'b']]],
    [
      'quotes, with a separator, a quote and a line inside',
      'a,b\n"1,""x""","2\n3"\n4,5',
      [
        ['a', 'b'],
        ['1,"x"', '2\n3'],
        ['4', '5'],
      ],
    ],
    [
      'empty rows and fields',
      'a,b\n\n,\n1,\n',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    ['nothing', '', []],
  ])('has %s', async (_name, text, rows) => {
    expect(await fieldsOf(text)).toEqual(rows)
  })

  it.each([
    ['line feeds', 'a\n"x\ny"\n\nb', [1, 2, 5]],
    ['both', 'a\r\n"x\r\ny" ,\r\n,\r\n\r\nb', [1, 2, 6]],
    ['carriage returns', 'a\r"x\ry"\r\rb', [1, 2, 5]],
  ])('names the line of each row that ends with %s', async (_name, text, lines) => {
    expect((await rowsOf(text)).map(({ line }) => line)).toEqual(lines)
  })

  it('is read the same when it is longer than what the parser is given at once', async () => {
    const rows = Array.from({ length: 20_000 }, (_, number) => [`è${number}`, `"x"\n${number}`])
    const text = rows.map(([a, b]) => `${a},"${b?.replaceAll('"', '""')}"\r\n`).join('')
    const read = await rowsOf(text)
    expect(read.map(({ fields }) => fields)).toEqual(rows)
    expect(read.at(-1)?.line).toBe(39_999)
  })

  it.each([
    ['a quote that does not end', 'a\n"b\nc', 'quote-open', 2],
    ['text behind a quote', 'a\n"x\ny"\n\n"b"c', 'quote-misplaced', 5],
    ['a quote inside a plain field', 'a\nb"c', 'quote-misplaced', 2],
    ['too many fields', ','.repeat(csvLimits.maxFieldsPerRow + 1), 'row-too-long', 1],
    ['a row without an end', `a\n${'b'.repeat(2 * csvLimits.maxCharactersPerRow)}`, 'row-too-long', 2],
    ['a quoted row without an end', `a\n"${'b\n'.repeat(csvLimits.maxCharactersPerRow)}`, 'row-too-long', 2],
    ['too many rows', 'a\n\nb\nc\nd', 'too-many-rows', 5],
  ])('with %s is refused, by its line', async (_name, text, code, line) => {
    const limits = { ...csvLimits, maxRows: 3 }
    const refusal = await rowsOf(text, limits).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(CsvError)
    expect(refusal).toMatchObject({ code, line, message: `${code} at line ${line}` })
  })
})
