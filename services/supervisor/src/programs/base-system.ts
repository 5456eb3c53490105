/**
 * The packages of a dpkg status file that every Debian has: the essential ones and all that they depend on. apt is shown
 * only these as installed, so it fetches everything else that a program needs. What is unpacked then neither links nor
 * loads into a package that this machine happens to have, and that the next one lacks.
 */
export function baseSystemOf(status: string): string {
  const installed = parseStatus(status).filter((paragraph) => paragraph.isInstalled)
  const byName = Map.groupBy(
    installed.flatMap((paragraph) => paragraph.names.map((name) => ({ name, paragraph }))),
    ({ name }) => name,
  )
  const kept = new Set<Paragraph>()
  const queue = installed.filter((paragraph) => paragraph.isEssential)
  for (let paragraph = queue.pop(); paragraph !== undefined; paragraph = queue.pop()) {
    if (kept.has(paragraph)) continue
    kept.add(paragraph)
    queue.push(...paragraph.needs.flatMap((name) => byName.get(name) ?? []).map((entry) => entry.paragraph))
  }
  const texts = installed.filter((paragraph) => kept.has(paragraph)).map(({ text }) => `${text}\n`)
  return texts.join('\n')
}

interface Paragraph {
  readonly text: string
  readonly isInstalled: boolean
  readonly isEssential: boolean
  /** The package and the virtual packages that it provides. */
  readonly names: readonly string[]
  /** Every package named in Depends and Pre-Depends; of alternatives all, since any of them may be the installed one. */
  readonly needs: readonly string[]
}

function parseStatus(status: string): readonly Paragraph[] {
  return status
    .split(/\n{2,}/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(parseParagraph)
}

function parseParagraph(text: string): Paragraph {
  const unfolded = text.replaceAll(/\n[ \t]+/g, ' ')
  const fields = new Map(
    [...unfolded.matchAll(/^([^\s:]+):[ \t]*(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const),
  )
  const packagesIn = (field: string): string[] => namesIn(fields.get(field) ?? '')
  return {
    text,
    isInstalled: (fields.get('Status') ?? '').endsWith(' installed'),
    isEssential: fields.get('Essential') === 'yes',
    names: [...packagesIn('Package'), ...packagesIn('Provides')],
    needs: [...packagesIn('Depends'), ...packagesIn('Pre-Depends')],
  }
}

/** `libc6 (>= 2.36), debconf | debconf-2.0, python3:any` → the names alone. */
function namesIn(relation: string): string[] {
  const items = relation.split(/[,|]/).map((item) => item.trim().split(/[\s:(]/)[0] ?? '')
  return items.filter((name) => name !== '')
}
