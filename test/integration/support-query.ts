import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { issueToken, openSigningKey, type TokenRequest } from '../../packages/access/src/index.ts'
import { type ObjectStore, openObjectStore } from '../../packages/archive/src/index.ts'
import { createLogger, createMetrics, HealthRegistry, type ServiceContext } from '../../packages/runtime/src/index.ts'
import { parseQueryConfig } from '../../services/query/src/config.ts'
import { startQuery } from '../../services/query/src/start-query.ts'
import { makeHome } from '../harness/servers.ts'
import { archiveFiles, type Incoming } from './support-archive.ts'
import { type CatalogFixture, registerEntities, startCatalog } from './support-catalog.ts'

/** The query service over a real catalog and object store, filled through the journal and the archiving step. */
export class QueryFixture {
  readonly home: string
  readonly catalog: CatalogFixture
  readonly store: ObjectStore
  readonly context: ServiceContext
  #service: { url: string; stop: () => Promise<void> } | undefined

  private constructor(home: string, catalog: CatalogFixture, store: ObjectStore) {
    this.home = home
    this.catalog = catalog
    this.store = store
    this.context = {
      logger: createLogger({ service: 'query', level: 'silent' }),
      metrics: createMetrics({ service: 'query', withProcessMetrics: false }),
      health: new HealthRegistry(),
      signal: new AbortController().signal,
      requestStop: () => {},
    }
  }

  /** `store`: another than files under the home; `env` then says how the service reaches it. */
  static async start(env: Readonly<Record<string, string>> = {}, given?: ObjectStore): Promise<QueryFixture> {
    const home = makeHome()
    const catalog = await startCatalog()
    await registerEntities(catalog)
    const store = given ?? openObjectStore('file:objects', { homeFolder: home })
    await store.prepare()
    const fixture = new QueryFixture(home, catalog, store)
    await fixture.startService(env)
    return fixture
  }

  get url(): string {
    return this.#service?.url ?? ''
  }

  get dicomweb(): string {
    return `${this.url}/dicomweb`
  }

  async startService(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const config = parseQueryConfig({
      VNA_HOME: this.home,
      VNA_HTTP_PORT: '0',
      VNA_DATABASE_URL: this.catalog.url,
      VNA_OBJECT_STORE: 'file:objects',
      ...env,
    })
    const started = await startQuery(config, this.context)
    const stop = async () => {
      for (const phase of started.phases) await phase.run(new AbortController().signal)
    }
    this.#service = { url: String(started.record?.http), stop }
  }

  async stopService(): Promise<void> {
    await this.#service?.stop()
    this.#service = undefined
  }

  /** Receives and archives these files as one request of an entity would. */
  async archive(files: readonly Incoming[], entityCode = 'ASST-A'): Promise<void> {
    await archiveFiles({ home: this.home, store: this.store, catalog: this.catalog.catalog }, files, entityCode)
  }

  async token(request: TokenRequest): Promise<string> {
    return issueToken(await openSigningKey(join(this.home, 'keys')), request)
  }

  /** Fetches as the role that sees everything, unless another token is given. */
  async fetch(
    path: string,
    o: { accept?: string; token?: string; headers?: Record<string, string>; method?: string } = {},
  ) {
    const token = o.token ?? (await this.token({ role: 'fse', purpose: 'TREATMENT' }))
    const headers = {
      authorization: `Bearer ${token}`,
      ...(o.accept !== undefined && { accept: o.accept }),
      ...o.headers,
    }
    return fetch(path.startsWith('http') ? path : `${this.dicomweb}${path}`, { headers, method: o.method ?? 'GET' })
  }

  async stop(): Promise<void> {
    await this.stopService()
    await this.store.close()
    await this.catalog.stop()
    rmSync(this.home, { recursive: true, force: true })
  }
}
