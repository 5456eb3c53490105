import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { issueToken, openSigningKey, type TokenRequest } from '../../packages/access/src/index.ts'
import { type ObjectStore, openObjectStore } from '../../packages/archive/src/index.ts'
import { createLogger, createMetrics, HealthRegistry, type ServiceContext } from '../../packages/runtime/src/index.ts'
import { parseLinkerConfig } from '../../services/linker/src/config.ts'
import { startLinker } from '../../services/linker/src/start-linker.ts'
import { makeHome } from '../harness/servers.ts'
import { archiveFiles, type Incoming } from './support-archive.ts'
import {
  type CatalogFixture,
  registerEntities,
  type SampleInstance,
  samplePack,
  startCatalog,
} from './support-catalog.ts'
import { type RestartableRedis, startRestartableRedis } from './support-redis.ts'

/** The linker over a real catalog, object store and Redis; studies come in as rows. */
export class LinkerFixture {
  readonly home: string
  readonly catalog: CatalogFixture
  readonly redis: RestartableRedis
  readonly store: ObjectStore
  readonly context: ServiceContext
  #env: Readonly<Record<string, string>>
  #service: { url: string; record: Readonly<Record<string, unknown>>; stop: () => Promise<void> } | undefined

  private constructor(o: { home: string; catalog: CatalogFixture; redis: RestartableRedis; store: ObjectStore }) {
    this.home = o.home
    this.catalog = o.catalog
    this.redis = o.redis
    this.store = o.store
    this.#env = {}
    this.context = {
      logger: createLogger({ service: 'linker', level: process.env.VNA_TEST_LOG === '1' ? 'info' : 'silent' }),
      metrics: createMetrics({ service: 'linker', withProcessMetrics: false }),
      health: new HealthRegistry(),
      signal: new AbortController().signal,
      requestStop: () => {},
    }
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<LinkerFixture> {
    const home = makeHome()
    const [catalog, redis] = await Promise.all([startCatalog(), startRestartableRedis()])
    const store = openObjectStore('file:objects', { homeFolder: home })
    await registerEntities(catalog)
    await store.prepare()
    const fixture = new LinkerFixture({ home, catalog, redis, store })
    await fixture.startService(env)
    return fixture
  }

  get url(): string {
    return this.#service?.url ?? ''
  }

  /** What the service says of itself. */
  get record(): Readonly<Record<string, unknown>> {
    return this.#service?.record ?? {}
  }

  /** What the process itself would be started with. */
  get environment(): Record<string, string> {
    return {
      VNA_HOME: this.home,
      VNA_DATABASE_URL: this.catalog.url,
      VNA_REDIS_URL: this.redis.url,
      VNA_OBJECT_STORE: 'file:objects',
      VNA_MLLP_PORT: '0',
      VNA_PUBLIC_URL: 'https://vna.example',
      VNA_VIEWER_URL: 'https://viewer.example/?study={study}',
      ...this.#env,
    }
  }

  async startService(env: Readonly<Record<string, string>> = this.#env): Promise<void> {
    this.#env = env
    const started = await startLinker(parseLinkerConfig(this.environment), this.context)
    const stop = async () => {
      for (const phase of started.phases) await phase.run(new AbortController().signal)
    }
    const record = started.record ?? {}
    this.#service = { url: String(record.http), record, stop }
  }

  async stopService(): Promise<void> {
    await this.#service?.stop()
    this.#service = undefined
  }

  /** Registers instances as the archiver would, and lets their quiet time be over. */
  async receive(instances: readonly SampleInstance[]): Promise<void> {
    await this.catalog.catalog.registerPack(samplePack(instances))
    await this.makeStable()
  }

  /** Receives and archives real files, with their packs and sidecars; returns the keys of the packs. */
  async archive(files: readonly Incoming[], entityCode = 'ASST-A'): Promise<readonly string[]> {
    const keys = await archiveFiles(
      { home: this.home, store: this.store, catalog: this.catalog.catalog },
      files,
      entityCode,
    )
    await this.makeStable()
    return keys
  }

  async makeStable(): Promise<void> {
    await this.catalog.database.sql`update due_studies set stable_at = clock_timestamp()`
    while ((await this.catalog.catalog.takeDueStudies()).length > 0);
  }

  async token(request: TokenRequest): Promise<string> {
    return issueToken(await openSigningKey(join(this.home, 'keys')), request)
  }

  /** Asks as the FSE for treatment, unless another token is given. */
  async fetch(
    path: string,
    o: { token?: string; method?: string; headers?: Record<string, string>; body?: string } = {},
  ) {
    const token = o.token ?? (await this.token({ role: 'fse', purpose: 'TREATMENT' }))
    const { body } = o
    const headers = { authorization: `Bearer ${token}`, ...o.headers }
    return fetch(path.startsWith('http') ? path : `${this.url}${path}`, {
      method: o.method ?? 'GET',
      headers,
      ...(body !== undefined && { body }),
    })
  }

  async stop(): Promise<void> {
    await this.stopService()
    await this.store.close()
    await Promise.all([this.catalog.stop(), this.redis.stop()])
    rmSync(this.home, { recursive: true, force: true })
  }
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`still not so: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
