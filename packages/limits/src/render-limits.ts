import type { LimitDeclaration, LimitOwner } from './limit.ts'

const titles: Readonly<Record<LimitOwner, string>> = {
  process: 'A service as a whole',
  address: 'An address that has not said who it is',
  principal: 'A token',
  entity: 'A health entity',
  association: 'An association',
  request: 'A request',
  instance: 'An instance',
}

/** The tables of `docs/limits.md` (Markdown), an owner at a time. */
export function renderLimits(limits: readonly LimitDeclaration[]): string {
  const sections = Object.entries(titles).flatMap(([owner, title]) => {
    const rows = limits.filter((limit) => limit.owner === owner)
    if (rows.length === 0) return []
    const lines = rows.map(({ name, value, unit, beyond }) => `| ${name} | ${quantity(value, unit)} | ${beyond} |`)
    return [[`## ${title}`, '', '| what | limit | beyond it |', '|---|---|---|', ...lines].join('\n')]
  })
  return `${sections.join('\n\n')}\n`
}

const binaryUnits = ['bytes', 'KiB', 'MiB', 'GiB'] as const

function quantity(value: number, unit: string): string {
  if (unit === 'ms') return value >= 1000 && value % 1000 === 0 ? `${value / 1000} s` : `${value} ms`
  if (unit !== 'bytes') return `${value.toLocaleString('en')} ${unit}`
  let scaled = value
  let step = 0
  while (scaled >= 1024 && scaled % 1024 === 0 && step < binaryUnits.length - 1) {
    scaled /= 1024
    step++
  }
  return `${scaled.toLocaleString('en')} ${binaryUnits[step]}`
}
