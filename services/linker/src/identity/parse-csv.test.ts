import { describe, expect, it } from 'vitest'
import { CsvError, csvLimits, parseCsv } from './parse-csv.ts'

const fieldsOf = (text: string) => parseCsv(text).map(({ fields }) => fields)

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
  ])('has %s', (_name, text, rows) => {
    expect(fieldsOf(text)).toEqual(rows)
  })

  it('names the line of each row', () => {
    expect(parseCsv('a\n"x\ny"\n\nb').map(({ line }) => line)).toEqual([1, 2, 5])
  })

  it.each([
    ['a quote that does not end', 'a\n"b', 'quote-open', 2],
    ['text behind a quote', 'a\n"b"c', 'quote-misplaced', 2],
    ['too many fields', ','.repeat(csvLimits.maxFieldsPerRow + 1), 'row-too-long', 1],
  ])('with %s is refused, by its line', (_name, text, code, line) => {
    expect(() => parseCsv(text)).toThrow(CsvError)
    expect(() => parseCsv(text)).toThrow(expect.objectContaining({ code, line }))
  })
})
