import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, freePorts, isListening, startChild, waitUntil } from '../child.ts'
import { getProgram } from '../programs.ts'
import type { RunningServer, StartServer } from '../server.ts'

const startLimitMs = 10_000

/** DCMTK's receiver writing the bytes as they come: no index, no sync, so a lower bound rather than an archive. */
export const startStorescp: StartServer = ({ folder }) => start('storescp', folder, [])
export const startForkingStorescp: StartServer = ({ folder }) => start('storescp-fork', folder, ['--fork'])
/** Fewer, larger PDUs than the published comparison allowed it: a quarter less CPU. */
export const startLargePduStorescp: StartServer = ({ folder }) =>
  start('storescp-fork-128k', folder, ['--fork', '--max-pdu', '131072'])

async function start(
  name: 'storescp' | 'storescp-fork' | 'storescp-fork-128k',
  folder: string,
  extra: readonly string[],
): Promise<RunningServer> {
  const [port = 0] = await freePorts(1)
  const output = join(folder, 'received')
  mkdirSync(output, { recursive: true })
  const launch = async (): Promise<Child> => {
    const args = [...extra, '+B', '-od', output, String(port)]
    // As packaged Nagle stays on; a peer is compared tuned.
    const env = { ...process.env, TCP_NODELAY: '1' }
    const started = startChild(getProgram('storescp'), args, { env })
    await waitUntil({ what: `start of ${name}`, limitMs: startLimitMs, child: started }, () => isListening(port))
    return started
  }
  let child = await launch()
  return {
    name,
    durability: 'page cache, no index',
    rootPids: () => [child.pid],
    dimse: { port, calledAeTitle: 'STORESCP', callingAeTitle: 'BENCH' },
    storedInstances: async () => readdirSync(output).length,
    restart: async () => {
      await child.stop()
      child = await launch()
    },
    stop: () => child.stop(),
  }
}
