import { XMLParser } from 'fast-xml-parser'
import { FseError } from '../../model/fse-error.ts'
import type { ReportLimits } from '../limits.ts'
import { checkXml } from './check-xml.ts'
import { decodeXmlText } from './decode-xml-text.ts'
import type { XmlElement } from './xml-element.ts'

const attributesKey = ':@'
const textKey = '#text'

/** What the library gives with `preserveOrder`: one key of the name with the children, and the attributes beside. */
interface ParsedNode {
  readonly [name: string]: unknown
}

/** The root element of an XML document that nobody vouches for: bounded in bytes, depth and count, without entities. */
export function parseXml(bytes: Uint8Array, limits: ReportLimits): XmlElement {
  if (bytes.length === 0) throw new FseError('empty')
  if (bytes.length > limits.maxXmlBytes) throw new FseError('too-large', { limit: limits.maxXmlBytes })
  const text = checkXml(decodeXmlText(bytes), limits)
  const root = parseNodes(text, limits).find((node) => elementNameOf(node) !== undefined)
  if (root === undefined) throw new FseError('malformed-xml')
  return toElement(root, new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]))
}

function parseNodes(text: string, limits: ReportLimits): readonly ParsedNode[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    trimValues: false,
    processEntities: false,
    tagValueProcessor: (_, value) => flattened(value),
    ignoreDeclaration: true,
    ignorePiTags: true,
    jPath: false,
    maxNestedTags: limits.maxXmlDepth + 1,
  })
  try {
    return parser.parse(text)
  } catch {
    // Its words quote the document.
    throw new FseError('malformed-xml')
  }
}

/** A text that was joined piece by piece keeps all pieces, thirty times its size, until it is searched once. */
function flattened(text: string): string {
  text.includes('&')
  return text
}

/** Recursive: the depth was checked. */
function toElement(node: ParsedNode, parentScope: ReadonlyMap<string, string>): XmlElement {
  const qualifiedName = elementNameOf(node) ?? ''
  const attributes = attributesOf(node)
  const scope = scopeOf(attributes, parentScope)
  const [prefix, name] = splitName(qualifiedName)
  const namespace = scope.get(prefix)
  if (namespace === undefined && prefix !== '') throw new FseError('malformed-xml')
  const content = node[qualifiedName] as readonly ParsedNode[]
  return {
    name,
    namespace: namespace ?? '',
    attributes,
    children: content.filter((child) => elementNameOf(child) !== undefined).map((child) => toElement(child, scope)),
    text: content.map((child) => decodeReferences(String(child[textKey] ?? ''))).join(''),
  }
}

function elementNameOf(node: ParsedNode): string | undefined {
  return Object.keys(node).find((key) => key !== attributesKey && key !== textKey)
}

function attributesOf(node: ParsedNode): ReadonlyMap<string, string> {
  const attributes = Object.entries((node[attributesKey] ?? {}) as Record<string, string>)
  return new Map(attributes.map(([name, value]) => [name, decodeReferences(value)]))
}

/** Prefixes in scope; '' is the default namespace. */
function scopeOf(
  attributes: ReadonlyMap<string, string>,
  parent: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const declared = [...attributes].filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  if (declared.length === 0) return parent
  return new Map([
    ...parent,
    ...declared.map(([name, value]): [string, string] => [name.slice('xmlns:'.length), value]),
  ])
}

function splitName(qualifiedName: string): readonly [prefix: string, name: string] {
  const colon = qualifiedName.indexOf(':')
  return colon < 0 ? ['', qualifiedName] : [qualifiedName.slice(0, colon), qualifiedName.slice(colon + 1)]
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The five predefined entities and character numbers, once: what they stand for is not looked at again. */
function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});/g, (_, name: string) => {
    if (!name.startsWith('#')) return predefined[name] ?? ''
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    const isCharacter = code >= 0x20 || code === 9 || code === 10 || code === 13
    return isCharacter && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : '\uFFFD'
  })
}
