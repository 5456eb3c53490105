/** The part of a stream that commands write to. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Progress {
  advance(by?: number): void
  finish(): void
}

const defaultColumns = 80
const maxBarWidth = 30
const redrawMs = 100

/** A bar on a terminal, nothing elsewhere: machines get the result only. */
export function createProgress(stream: TextStream, o: { label: string; total: number; unit: string }): Progress {
  if (stream.isTTY !== true) return { advance: () => undefined, finish: () => undefined }
  const startedAt = performance.now()
  let done = 0
  let drawnAt = Number.NEGATIVE_INFINITY
  const draw = (): void => {
    drawnAt = performance.now()
    const seconds = (drawnAt - startedAt) / 1000
    stream.write(`\r\u001b[2K${renderBar({ ...o, done, seconds, columns: stream.columns ?? defaultColumns })}`)
  }
  return {
    advance(by = 1) {
      done += by
      if (performance.now() - drawnAt >= redrawMs) draw()
    },
    finish() {
      draw()
      stream.write('\n')
    },
  }
}

export function renderBar(o: {
  label: string
  total: number
  unit: string
  done: number
  seconds: number
  columns: number
}): string {
  const part = o.total === 0 ? 1 : Math.min(1, o.done / o.total)
  const rate = o.seconds > 0 ? Math.round(o.done / o.seconds) : 0
  const tail = ` ${Math.floor(part * 100)} %  ${o.done}/${o.total} ${o.unit}  ${rate}/s`
  const width = Math.max(0, Math.min(maxBarWidth, o.columns - o.label.length - tail.length - 4))
  const filled = Math.round(part * width)
  return `${o.label} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}]${tail}`
}

/** Rows as aligned columns; the first row is the head. */
export function renderTable(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(visibleText))
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Control and format characters, separators of lines: what moves a cursor, colours a terminal or turns text around. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** What a peer named itself is shown, never obeyed: ESC becomes `\u{1b}`. */
export function visibleText(text: string): string {
  return text.replace(invisible, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** The same for text of more than one line. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n')
}

/** JSON that may be looked at on a terminal: JSON.stringify escapes only the controls below a space. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(invisible, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
