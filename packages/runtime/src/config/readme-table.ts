import { configTable } from './config-table.ts'

/** The README's table of variables (Markdown), in the order of `configTable`. */
export function renderConfigTable(): string {
  const rows = Object.values(configTable).map((variable) => {
    const fallback = variable.defaultText === undefined ? (variable.defaultNote ?? '') : `\`${variable.defaultText}\``
    return `| \`${variable.name}\` | ${fallback} | ${variable.description} |`
  })
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
}
