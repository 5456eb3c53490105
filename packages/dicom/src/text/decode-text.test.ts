import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, parseCharsets } from './decode-text.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex')
const name = (hex: string, ...charsets: string[]): string => decodeText(bytes(hex), charsets, 'PN')

describe('single-byte character sets (PS3.3 Table C.12-2)', () => {
  it.each([
    ['ISO_IR 100', 'c4 e5', 'Äå'],
    ['ISO_IR 101', 'b1 e8', 'ąč'],
    ['ISO_IR 109', 'a6 f8', 'Ĥĝ'],
    ['ISO_IR 110', 'a2 e6', 'ĸæ'],
    ['ISO_IR 144', 'bb ee', 'Лю'],
    ['ISO_IR 127', 'c7 e4', 'ال'],
    ['ISO_IR 126', 'c4 e9', 'Δι'],
    ['ISO_IR 138', 'f9 ec', 'של'],
    ['ISO_IR 148', 'fe f0', 'şğ'],
    ['ISO_IR 203', 'a4 bd', '€œ'],
    ['ISO_IR 13', 'd4 cf c0', 'ﾔﾏﾀ'],
    ['ISO_IR 166', 'a1 d2', 'กา'],
    ['ISO 2022 IR 100', 'e8', 'è'],
  ])('%s', (charset, hex, text) => {
    expect(name(hex, charset)).toBe(text)
  })
})

describe('multi-byte character sets without code extensions (PS3.3 Table C.12-5)', () => {
  it.each([
    ['ISO_IR 192', 'e6bca2 c3a8', '漢è'],
    ['GB18030', 'cdf5 5e d0a1b6ab', '王^小东'],
    ['GBK', 'cdf5', '王'],
  ])('%s', (charset, hex, text) => {
    expect(name(hex, charset)).toBe(text)
  })

  it('does not cut GB18030 characters whose second byte is a backslash', () => {
    expect(decodeText(bytes('85 5c'), ['GB18030'], 'LO')).toHaveLength(1)
  })
})

describe('code extensions: the examples of PS3.5 H, I and J', () => {
  it('Japanese, ISO 2022 IR 87 (H.3.1)', () => {
    const hex = `${ascii('Yamada^Tarou=')} 1b2442 3b33 4544 1b2842 5e 1b2442 4240 4f3a 1b2842 3d 1b2442 2464 245e 2440 1b2842 5e 1b2442 243f 246d 2426 1b2842`
    expect(name(hex, '', 'ISO 2022 IR 87')).toBe('Yamada^Tarou=山田^太郎=やまだ^たろう')
  })

  it('Japanese, ISO 2022 IR 13 and 87 (H.3.2)', () => {
    const hex =
      'd4cfc0de 5e c0dbb3 3d 1b2442 3b33 4544 1b284a 5e 1b2442 4240 4f3a 1b284a 3d 1b2442 2464 245e 2440 1b284a 5e 1b2442 243f 246d 2426 1b284a'
    expect(name(hex, 'ISO 2022 IR 13', 'ISO 2022 IR 87')).toBe('ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう')
  })

  it('JIS X 0212, ISO 2022 IR 159', () => {
    expect(name('1b242844 3021 1b2842', '', 'ISO 2022 IR 159')).toBe('丂')
  })

  it('Korean, ISO 2022 IR 149 (I.2)', () => {
    const hex = `${ascii('Hong^Gildong=')} 1b242943 fbf3 5e 1b242943 d1ce d4d7 3d 1b242943 c8ab 5e 1b242943 b1e6 b5bf`
    expect(name(hex, '', 'ISO 2022 IR 149')).toBe('Hong^Gildong=洪^吉洞=홍^길동')
  })

  it('simplified Chinese, ISO 2022 IR 58', () => {
    const hex = `${ascii('Zhang^XiaoDong=')} 1b242941 d5c5 5e 1b242941 d0a1 b6ab 3d`
    expect(name(hex, '', 'ISO 2022 IR 58')).toBe('Zhang^XiaoDong=张^小东=')
  })

  it('switches single-byte sets inside a value and forgets them at delimiters', () => {
    const hex = `${ascii('a')} 1b2d46 c4 ${ascii('^')} c4`
    expect(name(hex, 'ISO 2022 IR 100', 'ISO 2022 IR 126')).toBe('aΔ^Ä')
    expect(decodeText(bytes(hex), ['ISO 2022 IR 100', 'ISO 2022 IR 126'], 'LO')).toBe('aΔ^Δ')
    const lines = `1b2d46 c4 0d0a c4`
    expect(decodeText(bytes(lines), ['ISO 2022 IR 100', 'ISO 2022 IR 126'], 'LT')).toBe('Δ\r\nÄ')
  })

  it('keeps the set of a sender that designates it once only, where nothing else explains the bytes', () => {
    expect(name(`1b242943 fbf3 5e d1ce`, '', 'ISO 2022 IR 149')).toBe('洪^吉')
  })
})

describe('what senders really write', () => {
  it('trims padding: trailing always, leading where it means nothing', () => {
    expect(decodeText(bytes(ascii('1.2.3\0')), [], 'UI')).toBe('1.2.3')
    expect(decodeText(bytes(ascii(' CT ')), [], 'CS')).toBe('CT')
    expect(decodeText(bytes(ascii('  text  ')), [], 'LT')).toBe('  text')
    expect(decodeText(new Uint8Array(0), [], 'LO')).toBe('')
  })

  it('drops NUL characters wherever they are', () => {
    expect(decodeText(bytes(ascii('1.2\0\\1.3\0')), [], 'UI')).toBe('1.2\\1.3')
    expect(decodeText(bytes('41 00 e8'), ['ISO_IR 100'], 'LO')).toBe('Aè')
  })

  it('takes misspelled terms', () => {
    for (const term of ['ISO-IR 100', 'ISO_IR_100', 'iso ir 100', 'ISO_IR100']) expect(name('e8', term)).toBe('è')
    expect(name('c3a8', 'UTF-8')).toBe('è')
  })

  it('reads undeclared bytes as UTF-8 where they are, else as Latin-1', () => {
    for (const charsets of [[], ['ISO_IR 6'], ['NONSENSE'], ['']]) {
      expect(decodeText(bytes('c3a8'), charsets, 'PN')).toBe('è')
      expect(decodeText(bytes('e8'), charsets, 'PN')).toBe('è')
    }
  })

  it('applies the character set only to VRs that have one', () => {
    expect(decodeText(bytes('e8'), ['ISO_IR 144'], 'LO')).toBe('ш')
    expect(decodeText(bytes('e8'), ['ISO_IR 144'], 'CS')).toBe('è')
  })

  it('reads all of Shift JIS where only katakana is declared', () => {
    expect(name('8e52 d4', 'ISO_IR 13')).toBe('山ﾔ')
  })

  it('keeps an unknown escape sequence as text', () => {
    expect(name(`1b2d7a ${ascii('x')}`, 'ISO 2022 IR 100', 'ISO 2022 IR 126')).toBe('\x1b-zx')
  })

  it('never throws', () => {
    const term = fc.constantFrom(
      '',
      'ISO_IR 100',
      'ISO 2022 IR 87',
      'ISO 2022 IR 149',
      'ISO 2022 IR 58',
      'GB18030',
      'GBK',
      'ISO_IR 192',
      'ISO_IR 13',
      'X',
    )
    const escapes = fc.constantFrom(0x1b, 0x24, 0x28, 0x29, 0x42, 0x43, 0x5c, 0x5e)
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(255), escapes)),
        fc.array(term),
        fc.constantFrom('PN', 'LO', 'UT', 'UI'),
        (raw, terms, vr) => {
          const text = decodeText(Uint8Array.from(raw), terms, vr)
          expect(text.isWellFormed() && !text.includes('\0')).toBe(true)
        },
      ),
    )
  })
})

describe('parseCharsets', () => {
  it('keeps an empty first value', () => {
    expect(parseCharsets(Buffer.from('\\ISO 2022 IR 87 '))).toEqual(['', 'ISO 2022 IR 87'])
    expect(parseCharsets(new Uint8Array(0))).toEqual([''])
  })
})
