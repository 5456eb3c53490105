import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { openSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CephProgramFolders, type CephPrograms, findCephPrograms } from './ceph-programs.ts'

export interface Ceph {
  /** Of the Object Gateway: `http://127.0.0.1:<port>` */
  endpoint: string
  accessKey: string
  secretKey: string
  /** Stops the gateway alone, as when S3 is away; `startGateway` brings it back on the same port. */
  stopGateway(): Promise<void>
  startGateway(): Promise<void>
  stop(): Promise<void>
}

export type StartCephOptions = CephProgramFolders & {
  /** Made by this; everything is below it, sparse, about 100 MB. A short path: a socket of Ceph has 107 characters. */
  folder: string
}

const commandLimitMs = 60_000
const readyLimitMs = 60_000
const stopLimitMs = 10_000
const diskBytes = 32 * 1024 ** 3 // sparse

/**
 * Starts a real Ceph Object Gateway: one monitor, one bluestore OSD on a sparse file, one radosgw, all on loopback and
 * without authentication among themselves. Ready in about 8 s with 150 MB of memory. The processes end with `stop`.
 */
export async function startCeph(o: StartCephOptions): Promise<Ceph> {
  const programs = findCephPrograms(o)
  await mkdir(join(o.folder, 'osd'), { recursive: true })
  const [monitorPort, gatewayPort] = await findFreePorts(2)
  const cluster: Cluster = { folder: o.folder, programs, fsid: randomUUID(), monitorPort: monitorPort!, children: [] }
  const keys = { accessKey: `AK${randomBytes(8).toString('hex')}`, secretKey: randomBytes(20).toString('hex') }
  const endpoint = `http://127.0.0.1:${gatewayPort}`
  let gateway: ChildProcess | undefined
  const startGateway = async () => {
    gateway = startDaemon(cluster, 'radosgw', gatewayArguments(cluster, gatewayPort!))
    await waitForGateway(endpoint, cluster)
  }
  const stop = async () => {
    for (const child of cluster.children.toReversed()) await stopDaemon(child)
  }
  try {
    await writeFile(join(o.folder, 'ceph.conf'), configurationOf(cluster))
    await startMonitor(cluster)
    await startStorage(cluster)
    const user = ['user', 'create', '--uid', 'vna', '--display-name', 'vna']
    const secrets = ['--access-key', keys.accessKey, '--secret', keys.secretKey]
    await runCommand(cluster, 'radosgw-admin', ['--no-mon-config', ...user, ...secrets])
    await startGateway()
  } catch (error) {
    await stop()
    throw error
  }
  return { endpoint, ...keys, startGateway, stopGateway: () => stopDaemon(gateway!), stop }
}

interface Cluster {
  folder: string
  programs: CephPrograms
  fsid: string
  monitorPort: number
  children: ChildProcess[]
}

/**
 * The monitor's first OSD map holds one OSD slot, so that the OSD may boot without `ceph osd new`.
 * Without `ms mon client mode` radosgw waits 300 s for an authentication that is switched off.
 */
function configurationOf(cluster: Cluster): string {
  const { folder, fsid, monitorPort, programs } = cluster
  return [
    '[global]',
    `fsid = ${fsid}`,
    `mon host = [v2:127.0.0.1:${monitorPort}]`,
    'mon initial members = a',
    'auth cluster required = none',
    'auth service required = none',
    'auth client required = none',
    'ms mon client mode = crc secure',
    'public addr = 127.0.0.1',
    'cluster addr = 127.0.0.1',
    `run dir = ${folder}`,
    `admin socket = ${folder}/$name.asok`,
    'pid file =',
    `log file = ${folder}/$name.log`,
    `mon cluster log file = ${folder}/cluster.log`,
    'debug mon = 0',
    'debug osd = 0',
    'debug bluestore = 0',
    'debug rocksdb = 0',
    'debug rgw = 1',
    'osd pool default size = 1',
    'osd pool default min size = 1',
    'osd pool default pg num = 1',
    'osd pool default pg autoscale mode = off',
    'mon allow pool size one = true',
    'osd crush chooseleaf type = 0',
    'mon osd auto mark in = true',
    'mon data avail crit = 1',
    'mon data avail warn = 2',
    // Each pool that radosgw makes is one round: with the default second per round it is up after 16 s.
    'paxos propose interval = 0.02',
    'paxos min wait = 0.01',
    'osd objectstore = bluestore',
    `bluestore block size = ${diskBytes}`,
    'osd memory target = 939524096',
    'osd class load list = *',
    'osd class default list = *',
    'rgw thread pool size = 32',
    ...programs.moduleSettings,
    '',
  ].join('\n')
}

async function startMonitor(cluster: Cluster): Promise<void> {
  const { folder, fsid, monitorPort } = cluster
  const [keyring, monitorMap, osdMap] = ['keyring', 'monmap', 'osdmap'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const address = `[v2:127.0.0.1:${monitorPort}]`
  await runCommand(cluster, 'ceph-authtool', [
    '--create-keyring',
    keyring,
    '--gen-key',
    '-n',
    'mon.',
    '--cap',
    'mon',
    'allow *',
  ])
  await runCommand(cluster, 'monmaptool', ['--create', '--addv', 'a', address, '--fsid', fsid, monitorMap])
  await runCommand(cluster, 'osdmaptool', ['--createsimple', '1', osdMap, '--clobber'])
  const data = ['-i', 'a', '--mon-data', join(folder, 'mon')]
  const maps = ['--monmap', monitorMap, '--osdmap', osdMap, '--keyring', keyring]
  await runCommand(cluster, 'ceph-mon', ['--mkfs', ...data, ...maps])
  startDaemon(cluster, 'ceph-mon', ['-f', ...data])
}

async function startStorage(cluster: Cluster): Promise<void> {
  const data = ['-i', '0', '--osd-data', join(cluster.folder, 'osd'), '--no-mon-config']
  const monitorMap = ['--monmap', join(cluster.folder, 'monmap')]
  await runCommand(cluster, 'ceph-osd', ['--mkfs', '--osd-uuid', randomUUID(), ...data, ...monitorMap])
  startDaemon(cluster, 'ceph-osd', ['-f', ...data])
}

function gatewayArguments(cluster: Cluster, port: number): string[] {
  const data = [`--rgw-data=${join(cluster.folder, 'radosgw')}`]
  return ['-f', '-n', 'client.rgw', '--no-mon-config', ...data, `--rgw-frontends=beast endpoint=127.0.0.1:${port}`]
}

function startDaemon(cluster: Cluster, name: 'ceph-mon' | 'ceph-osd' | 'radosgw', args: string[]): ChildProcess {
  const output = openSync(join(cluster.folder, `${name}.out`), 'a')
  const child = spawn(cluster.programs.path(name), withConfiguration(cluster, args), {
    env: cluster.programs.environment,
    stdio: ['ignore', output, output],
  })
  cluster.children.push(child)
  const kill = () => child.kill('SIGKILL') // a test run that ends without `stop` leaves nothing behind
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return child
}

async function runCommand(cluster: Cluster, name: Parameters<CephPrograms['path']>[0], args: string[]): Promise<void> {
  const child = spawn(cluster.programs.path(name), withConfiguration(cluster, args), {
    env: cluster.programs.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: commandLimitMs,
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000)
  })
  const status = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${errors}`)
}

function withConfiguration(cluster: Cluster, args: string[]): string[] {
  return [...args, '-c', join(cluster.folder, 'ceph.conf')]
}

async function waitForGateway(endpoint: string, cluster: Cluster): Promise<void> {
  const deadline = Date.now() + readyLimitMs
  while (Date.now() < deadline) {
    const answer = await fetch(endpoint, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    if (answer?.ok) return
    await sleep(50)
  }
  const output = await readFile(join(cluster.folder, 'radosgw.out'), 'utf8').catch(() => '')
  throw new Error(`the Object Gateway did not answer: ${output.slice(-2000)}`)
}

async function stopDaemon(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
  await exited
  clearTimeout(timer)
}

async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports: number[] = []
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (typeof address === 'object' && address !== null) ports.push(address.port)
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  return ports
}
