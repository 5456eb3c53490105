/**
 * Merges metric texts of several processes (Prometheus text format 0.0.4) into one: the samples of a family stand together
 * under one HELP and TYPE line, as the format demands. Each process labels its own samples, so none collide.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, { readonly head: Map<string, string>; readonly samples: string[] }>()
  for (const text of texts) {
    let family = ''
    for (const line of text.split('\n')) {
      if (line === '') continue
      const comment = /^# (HELP|TYPE) (\S+)/.exec(line)
      // Samples follow the HELP and TYPE of their family; one without any stands for itself.
      if (comment !== null) family = comment[2]!
      else if (line.startsWith('#')) continue
      const key = family === '' ? line.split(/[{ ]/, 1)[0]! : family
      const entry = families.get(key) ?? { head: new Map<string, string>(), samples: [] }
      families.set(key, entry)
      if (comment === null) entry.samples.push(line)
      else if (!entry.head.has(comment[1]!)) entry.head.set(comment[1]!, line)
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head.values(), ...samples])
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
