import { FseError } from '../../model/fse-error.ts'
import type { ReportLimits } from '../limits.ts'

type XmlLimits = Pick<ReportLimits, 'maxXmlDepth' | 'maxXmlElements' | 'maxXmlAttributesPerElement'>

// XML 1.0, 2.2: characters that no document may hold. Written as escapes: the source stays text.
const forbiddenCharacter = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const namePattern = /[A-Za-z_\u00C0-\uFFFD][\w.\-:\u00B7-\uFFFD]*/y
const attributePattern = /\s+([A-Za-z_\u00C0-\uFFFD][\w.\-:\u00B7-\uFFFD]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const tagEndPattern = /\s*(\/?)>/y
const closeTagPattern = /\s*>/y
const referencePattern = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});/y

const maxKeptTextChars = 4096

/**
 * One pass over the text before any tree is built: well-formed (XML 1.0), no document type and so no entity of its own,
 * no deeper and no more than the limits. The library behind it is lenient and allocates as it goes; this one does
 * neither, and takes time linear in the text.
 *
 * Gives the document back without its long texts, which hold no fact: the library joins text character by character,
 * and 15 MiB in one element cost it 500 MiB.
 */
export function checkXml(text: string, limits: XmlLimits): string {
  const forbidden = text.search(forbiddenCharacter)
  if (forbidden >= 0) throw new FseError('malformed-xml', { offset: forbidden })
  return new XmlChecker(text, limits).run()
}

class XmlChecker {
  readonly #text: string
  readonly #limits: XmlLimits
  /** Names of the elements that are open. */
  readonly #open: string[] = []
  #at = 0
  #elements = 0
  readonly #kept: string[] = []
  #keptTo = 0
  /** The next '&' from where it was last looked for; never looked for twice, or a text without one costs n per tag. */
  #ampersand: number

  constructor(text: string, limits: XmlLimits) {
    this.#text = text
    this.#limits = limits
    this.#ampersand = text.indexOf('&')
  }

  run(): string {
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf('<', this.#at)
      const end = next < 0 ? this.#text.length : next
      this.#checkText(end)
      if (end - this.#at > maxKeptTextChars) this.#leaveOut(end)
      this.#at = end
      if (next >= 0) this.#readMarkup()
    }
    if (this.#elements === 0 || this.#open.length > 0) this.#refuse()
    return `${this.#kept.join('')}${this.#text.slice(this.#keptTo)}`
  }

  #readMarkup(): void {
    if (this.#startsWith('</')) this.#readCloseTag()
    else if (this.#startsWith('<!--')) this.#skipPast('-->', 4)
    else if (this.#startsWith('<![CDATA[') && this.#open.length > 0) this.#skipPast(']]>', 9)
    else if (this.#startsWith('<?')) this.#skipPast('?>', 2)
    else if (this.#startsWith('<!')) throw new FseError('doctype-forbidden', { offset: this.#at })
    else this.#readOpenTag()
  }

  #readOpenTag(): void {
    const isSecondRoot = this.#open.length === 0 && this.#elements > 0
    if (isSecondRoot) this.#refuse()
    if (++this.#elements > this.#limits.maxXmlElements) {
      throw new FseError('too-many-nodes', { offset: this.#at, limit: this.#limits.maxXmlElements })
    }
    this.#at++
    const name = this.#match(namePattern)?.[0] ?? this.#refuse()
    this.#readAttributes()
    const end = this.#match(tagEndPattern) ?? this.#refuse()
    if (end[1] === '/') return
    this.#open.push(name)
    if (this.#open.length > this.#limits.maxXmlDepth) {
      throw new FseError('too-deep', { offset: this.#at, limit: this.#limits.maxXmlDepth })
    }
  }

  #readAttributes(): void {
    const limit = this.#limits.maxXmlAttributesPerElement
    const names = new Set<string>()
    for (let attribute = this.#match(attributePattern); attribute; attribute = this.#match(attributePattern)) {
      const [, name = '', double, single] = attribute
      if (names.has(name)) this.#refuse()
      names.add(name)
      if (names.size > limit) throw new FseError('too-many-nodes', { offset: this.#at, limit })
      this.#checkReferences(this.#at - (double ?? single ?? '').length - 1, this.#at)
    }
  }

  #readCloseTag(): void {
    this.#at += 2
    const name = this.#match(namePattern)?.[0]
    if (name === undefined || name !== this.#open.pop()) this.#refuse()
    if (this.#match(closeTagPattern) === undefined) this.#refuse()
  }

  /** Text from here to `end`: outside the root only white space. */
  #checkText(end: number): void {
    if (this.#open.length > 0) this.#checkReferences(this.#at, end)
    else if (this.#text.slice(this.#at, end).trim() !== '') this.#refuse()
  }

  #leaveOut(end: number): void {
    this.#kept.push(this.#text.slice(this.#keptTo, this.#at))
    this.#keptTo = end
  }

  /** Without a document type, only the five predefined entities and character numbers exist. */
  #checkReferences(from: number, end: number): void {
    for (let at = this.#ampersandFrom(from); at >= 0 && at < end; at = this.#ampersandFrom(at + 1)) {
      referencePattern.lastIndex = at
      if (!referencePattern.test(this.#text)) throw new FseError('malformed-xml', { offset: at })
    }
  }

  #ampersandFrom(from: number): number {
    if (this.#ampersand >= 0 && this.#ampersand < from) this.#ampersand = this.#text.indexOf('&', from)
    return this.#ampersand
  }

  #skipPast(end: string, openLength: number): void {
    const found = this.#text.indexOf(end, this.#at + openLength)
    if (found < 0) this.#refuse()
    this.#at = found + end.length
  }

  #startsWith(prefix: string): boolean {
    return this.#text.startsWith(prefix, this.#at)
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text) ?? undefined
    if (match) this.#at = pattern.lastIndex
    return match
  }

  #refuse(): never {
    throw new FseError('malformed-xml', { offset: this.#at })
  }
}
