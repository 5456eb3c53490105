import type { Archive } from '../../acceptance/support/archive.ts'

interface Publication {
  readonly studyInstanceUid: string
  readonly state: string
  readonly dirtySince: string | null
}

async function asOperator(archive: Archive, path: string): Promise<Response> {
  return fetch(`${archive.url}${path}`, { headers: { authorization: `Bearer ${await archive.token('operator')}` } })
}

/** Studies that do not agree with the registry yet, however young that is. */
export async function countOpen(archive: Archive): Promise<number> {
  let open = 0
  for (let after = ''; ; ) {
    const response = await asOperator(archive, `/fse/v1/publications?after=${after}`)
    const { publications } = (await response.json()) as { publications: readonly Publication[] }
    open += publications.filter(({ dirtySince }) => dirtySince !== null).length
    const last = publications.at(-1)
    if (last === undefined) return open
    after = last.studyInstanceUid
  }
}

/** What the archive itself says: studies that have disagreed for more than 60 s. */
export async function readDivergence(archive: Archive): Promise<number> {
  const text = await (await asOperator(archive, '/metrics')).text()
  const value = /^vna_fse_divergence(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1]
  if (value === undefined) throw new Error('nobody tells the divergence')
  return Number(value)
}
