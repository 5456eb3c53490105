import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { issueToken, openSigningKey, type TokenRequest } from '../../packages/access/src/index.ts'
import { addEntity } from '../../packages/entities/src/index.ts'
import { createLogger, createMetrics, HealthRegistry, type StartedService } from '../../packages/runtime/src/index.ts'
import { parseGatewayConfig } from '../../services/gateway/src/config.ts'
import { startGateway } from '../../services/gateway/src/start-gateway.ts'
import { makeHome } from '../harness/servers.ts'
import { type CatalogFixture, startCatalog } from './support-catalog.ts'
import { type RestartableRedis, startRestartableRedis } from './support-redis.ts'

/** The gateway over a real catalog and Redis, with one entity: `ASST-A`, called `PACS_A`. */
export class GatewayFixture {
  readonly home: string
  readonly catalog: CatalogFixture
  readonly url: string
  readonly dimsePort: number
  readonly #redis: RestartableRedis
  readonly #phases: StartedService['phases']
  #isStopped = false

  private constructor(o: {
    home: string
    catalog: CatalogFixture
    redis: RestartableRedis
    url: string
    dimsePort: number
    phases: StartedService['phases']
  }) {
    this.home = o.home
    this.catalog = o.catalog
    this.url = o.url
    this.dimsePort = o.dimsePort
    this.#redis = o.redis
    this.#phases = o.phases
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<GatewayFixture> {
    const home = makeHome()
    const [catalog, redis] = await Promise.all([startCatalog(), startRestartableRedis()])
    await addEntity(catalog.catalog, { code: 'ASST-A', kind: 'EEP', name: 'Ospedale A', aeTitles: ['PACS_A'] })
    const config = parseGatewayConfig({
      ...{ VNA_HOME: home, VNA_DATABASE_URL: catalog.url, VNA_REDIS_URL: redis.url },
      ...{ VNA_DIMSE_PORT: '0', VNA_DIMSE_TLS_PORT: 'off', ...env },
    })
    const started = await startGateway(config, {
      logger: createLogger({ service: 'gateway', level: 'silent' }),
      metrics: createMetrics({ service: 'gateway', withProcessMetrics: false }),
      health: new HealthRegistry(),
      signal: new AbortController().signal,
      requestStop: () => {},
    })
    const { http, dimsePort } = started.record ?? {}
    return new GatewayFixture({
      ...{ home, catalog, redis, phases: started.phases },
      ...{ url: String(http), dimsePort: Number(dimsePort) },
    })
  }

  async tokenOf(request: TokenRequest): Promise<string> {
    return issueToken(await openSigningKey(join(this.home, 'keys')), request)
  }

  /** Ends the service alone: what it writes at its end can be looked at. */
  async stopService(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    for (const phase of this.#phases) await phase.run(new AbortController().signal)
  }

  async stop(): Promise<void> {
    await this.stopService()
    await Promise.all([this.catalog.stop(), this.#redis.stop()])
    rmSync(this.home, { recursive: true, force: true })
  }
}
