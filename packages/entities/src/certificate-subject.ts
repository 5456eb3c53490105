/**
 * A subject of a certificate in the one form in which two are compared. Taken are RFC 4514 (`CN=pacs,O=Ospedale,C=IT`), the
 * older RFC 2253 with spaces, and what OpenSSL prints (`C = IT, O = Ospedale, CN = pacs` and `/C=IT/O=Ospedale/CN=pacs`). The
 * order of the parts counts for nothing, because those forms begin at opposite ends; names of attributes and values are
 * compared without regard to case and to runs of spaces (RFC 4518 2.6). `undefined`: no certificate can have such a subject.
 */
export function normaliseSubject(text: string): string | undefined {
  const parts = partsOf(text.trim())?.map(normalisePart)
  if (parts === undefined || parts.length === 0 || parts.length > maxParts) return undefined
  const known = parts.filter((part) => part !== undefined)
  return known.length < parts.length ? undefined : known.toSorted().join(',')
}

const maxParts = 64

/** RFC 4514 3 and what OpenSSL calls the others, in the spelling of a certificate that was read. */
const attributes: ReadonlyMap<string, string> = new Map(
  ['C', 'CN', 'DC', 'GN', 'L', 'O', 'OU', 'SN', 'ST', 'STREET', 'UID', 'T', 'TITLE', 'INITIALS', 'PSEUDONYM', 'NAME']
    .concat(['SERIALNUMBER', 'EMAILADDRESS', 'DNQUALIFIER', 'POSTALCODE', 'DESCRIPTION', 'ORGANIZATIONIDENTIFIER'])
    .concat(['BUSINESSCATEGORY', 'JURISDICTIONC', 'JURISDICTIONST', 'JURISDICTIONL', 'GENERATIONQUALIFIER'])
    .map((name): [string, string] => [name, name])
    .concat([
      ['E', 'EMAILADDRESS'],
      ['EMAIL', 'EMAILADDRESS'],
      ['S', 'ST'],
      ['SURNAME', 'SN'],
      ['GIVENNAME', 'GN'],
      ['USERID', 'UID'],
    ]),
)

function normalisePart(part: string): string | undefined {
  const at = part.indexOf('=')
  const attribute = attributes.get(part.slice(0, Math.max(at, 0)).trim().toUpperCase())
  const value = unescaped(part.slice(at + 1).trim())
  if (attribute === undefined || value === undefined || value === '') return undefined
  const folded = value.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
  // Escaped again, so that no value can pretend to be two attributes.
  return `${attribute}=${folded.replace(/[\\,+=]/g, (character) => `\\${character}`)}`
}

/** Cut at the separators that are not escaped: `,`, `;` and `+`, or `/` of the form that begins with it. */
function partsOf(text: string): readonly string[] | undefined {
  if (text === '' || /[\p{Cc}]/u.test(text)) return undefined
  const isSlashed = text.startsWith('/')
  const separator = isSlashed ? /^\/(?=[A-Za-z]+=)/ : /^[,;+]/
  const parts: string[] = []
  let part = ''
  let isQuoted = false
  for (let at = isSlashed ? 1 : 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '\\') {
      if (at + 1 === text.length) return undefined
      part += character + text[++at]
    } else if (!isQuoted && separator.test(text.slice(at))) {
      parts.push(part)
      part = ''
    } else {
      if (character === '"') isQuoted = !isQuoted
      part += character
    }
  }
  return isQuoted ? undefined : [...parts, part]
}

/** Without its escapes: `\,` and bytes of UTF-8 in hexadecimal, `\C3\A8`, or as a whole in quotation marks (RFC 2253). */
function unescaped(text: string): string | undefined {
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"')
  const escaped = isQuoted ? text.slice(1, -1) : text
  try {
    return escaped.replace(/(?:\\[0-9A-Fa-f]{2})+|\\(.)/gs, (sequence, character: string | undefined) =>
      character === undefined ? decodeURIComponent(sequence.replaceAll('\\', '%')) : character,
    )
  } catch {
    return undefined
  }
}
