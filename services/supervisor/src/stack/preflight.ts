import { existsSync, readFileSync } from 'node:fs'
import type { SupervisorConfig } from '../config.ts'
import { SupervisorError } from '../errors.ts'
import { isPortFree } from '../process/ports.ts'

const loopback = /^(127\.|::1$|localhost$)/
const pingpongFile = '/proc/sys/net/ipv4/tcp_pingpong_thresh'
const pingpongEnough = 255

/** What would only fail later and less clearly. */
export async function checkPorts(config: SupervisorConfig): Promise<void> {
  if (!loopback.test(config.bind) && !config.insecure && config.tlsCertificateFile === undefined) {
    throw new SupervisorError(
      'unsafe-bind',
      `VNA_BIND=${config.bind} is not loopback: set VNA_TLS_CERT and VNA_TLS_KEY, or VNA_INSECURE=1 to listen without TLS`,
    )
  }
  await checkPort('VNA_HTTP_PORT', config.httpPort, config.bind)
  if (config.dimsePort !== 'off') await checkPort('VNA_DIMSE_PORT', config.dimsePort, config.bind)
}

async function checkPort(name: string, port: number, host: string): Promise<void> {
  if (port === 0 || (await isPortFree(port, host))) return
  throw new SupervisorError(
    'port-in-use',
    `${host}:${port} cannot be listened on (in use?): set ${name} to another port`,
  )
}

/** What the operator should know of the machine and of the defaults in use; one line each. */
export function remarks(config: SupervisorConfig): string[] {
  const lines: string[] = []
  if (config.databaseUrl === undefined) {
    lines.push(
      'embedded defaults: one copy of everything on this disk; it survives crashes, not the loss of the disk ' +
        '(production: replicated volumes, VNA_DATABASE_URL, VNA_OBJECT_STORE)',
    )
  }
  const threshold = readPingpongThreshold()
  if (threshold !== undefined && threshold < pingpongEnough) {
    lines.push(
      `net.ipv4.tcp_pingpong_thresh is ${threshold}: senders that leave Nagle's algorithm on (DCMTK as packaged) are ` +
        `slowed by delayed ACKs; cure: sysctl -w net.ipv4.tcp_pingpong_thresh=${pingpongEnough}`,
    )
  }
  return lines
}

function readPingpongThreshold(): number | undefined {
  return existsSync(pingpongFile) ? Number(readFileSync(pingpongFile, 'utf8')) : undefined
}
