import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export type Row = Readonly<Record<string, unknown>>
type Driver = (
  url: string,
  options: { max: number; onnotice: () => void },
) => { unsafe(text: string): Promise<readonly Row[]>; end(options: { timeout: number }): Promise<void> }

/** The driver is a dependency of one package only; a test that looks into the database borrows it from there. */
const requireDriver = createRequire(new URL('../../../packages/database/package.json', import.meta.url))

/** Runs one query on the stack's own database, whose address the stack tells in `run/supervisor.json`. */
export async function queryDatabase(home: string, text: string): Promise<readonly Row[]> {
  const record = JSON.parse(readFileSync(join(home, 'run', 'supervisor.json'), 'utf8')) as { databaseUrl: string }
  const sql = (requireDriver('postgres') as Driver)(record.databaseUrl, { max: 1, onnotice: () => {} })
  try {
    return await sql.unsafe(text)
  } finally {
    await sql.end({ timeout: 2 })
  }
}
