import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { listRunRecords } from '../../../packages/runtime/src/index.ts'
import { type Checkout, presentCheckout } from '../against/checkout.ts'
import { type Child, freePorts, runChild, startChild, waitUntil } from '../child.ts'
import type { RunningServer, StartServer } from '../server.ts'

const startLimitMs = 120_000
const main = 'services/cli/src/main.ts'
const callingAeTitle = 'BENCH'

/** The whole stack as `npm start` runs it, with a data folder and ports of its own. */
export const startVna: StartServer = (o) => startVnaFrom(presentCheckout, o)

export async function startVnaFrom(checkout: Checkout, { folder }: { folder: string }): Promise<RunningServer> {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  const [dimsePort = 0, httpPort = 0] = await freePorts(2)
  const env = environmentOf({ home, dimsePort, httpPort })
  let child = await launch(checkout, env)
  const vna = (...args: string[]) => runChild(checkout.node, [join(checkout.folder, main), ...args, '--json'], { env })
  await vna('entity', 'add', '--code', 'BENCH', '--kind', 'EEP', '--name', 'Bench', '--ae', callingAeTitle)
  const token = tokenIn(await vna('token', '--role', 'entity', '--entity', 'BENCH', '--ttl', '6h'))
  const baseUrl = `http://127.0.0.1:${httpPort}`
  return {
    name: 'vna',
    durability: 'journal synced, then packs and catalog',
    // Services that are not the supervisor's descendants any more would be missed without their records.
    rootPids: () => [child.pid, ...[...listRunRecords(home).values()].map((record) => record.pid)],
    dimse: { port: dimsePort, calledAeTitle: 'VNA', callingAeTitle: callingAeTitle },
    dicomweb: { baseUrl: `${baseUrl}/dicomweb`, token },
    storedInstances: () => archivedInstances(home),
    restart: async () => {
      await child.stop()
      child = await launch(checkout, env)
    },
    stop: () => child.stop(),
  }
}

function environmentOf(o: { home: string; dimsePort: number; httpPort: number }): NodeJS.ProcessEnv {
  // Nothing of the caller's own stack may leak in: it would be the one that is measured, or written to.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VNA_'))
  return {
    ...Object.fromEntries(inherited),
    VNA_HOME: o.home,
    VNA_DIMSE_PORT: String(o.dimsePort),
    VNA_HTTP_PORT: String(o.httpPort),
    VNA_DIMSE_TLS_PORT: 'off',
    VNA_MLLP_PORT: 'off',
  }
}

async function launch(checkout: Checkout, env: NodeJS.ProcessEnv): Promise<Child> {
  const child = startChild(checkout.node, [join(checkout.folder, main), 'up'], { env, cwd: checkout.folder })
  const isReady = () => /^VNA ready/m.test(child.output())
  await waitUntil({ what: 'start of the stack', limitMs: startLimitMs, child }, isReady)
  return child
}

function tokenIn(output: string): string {
  const line = output.trim().split('\n').at(-1) ?? ''
  return String((JSON.parse(line) as { token: string }).token)
}

/** Rows committed by the archivers of this installation since they started. */
async function archivedInstances(home: string): Promise<number> {
  const bases = [...listRunRecords(home).values()].flatMap((record) => record.ops ?? [])
  const pages = await Promise.all(bases.map(async (base) => (await fetch(`${base}/metrics`)).text()))
  return pages.reduce((sum, page) => sum + archivedInstancesIn(page), 0)
}

export function archivedInstancesIn(metrics: string): number {
  let sum = 0
  for (const match of metrics.matchAll(/^vna_instances_archived_total(?:\{[^}]*\})? (\d+(?:\.\d+)?)/gm)) {
    sum += Number(match[1])
  }
  return sum
}
