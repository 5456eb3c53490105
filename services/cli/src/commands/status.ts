import { listRunRecords, type RunRecord } from '@vna/runtime'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { renderTable } from '../output.ts'

const probeLimitMs = 3_000

interface ServiceStatus {
  name: string
  pid: number
  ready: boolean
  http?: string
  /** Why it is not ready. */
  reasons: string[]
  /** What somebody should look at although it is ready. */
  notices: string[]
}

export const registerStatus: RegisterCommand = (program, host) => {
  program
    .command('status')
    .description('show which services run and whether each is ready')
    .action(host.run((context) => showStatus(context)))
}

async function showStatus(context: CommandContext): Promise<CommandResult> {
  const records = [...listRunRecords(context.config.home)]
  const services = await Promise.all(records.map(([name, record]) => probe(name, record)))
  const ok = services.length > 0 && services.every((service) => service.ready)
  const head = ['service', 'pid', 'ready', 'address']
  const rows = services.map((service) => [
    service.name,
    String(service.pid),
    service.ready
      ? ['yes', ...service.notices].join('; ')
      : `no: ${[...service.reasons, ...service.notices].join('; ')}`,
    service.http ?? '',
  ])
  const text = services.length === 0 ? `nothing runs under ${context.config.home}` : renderTable([head, ...rows])
  return { json: { home: context.config.home, ready: ok, services }, text, ok }
}

async function probe(name: string, record: RunRecord): Promise<ServiceStatus> {
  const status = { name, pid: record.pid, ...(record.http === undefined ? {} : { http: record.http }) }
  // PostgreSQL and Redis have none; their record tells that they run, the services' checks whether they answer.
  if (record.ops === undefined) return { ...status, ready: true, reasons: [], notices: [] }
  try {
    const response = await fetch(`${record.ops}/health/ready`, { signal: AbortSignal.timeout(probeLimitMs) })
    const body = (await response.json()) as { checks?: Record<string, { ok: boolean; reason?: string }> }
    const checks = Object.entries(body.checks ?? {})
    const failed = checks.filter(([, check]) => !check.ok)
    return {
      ...status,
      ready: response.ok,
      reasons: failed.map(([check, { reason }]) => `${check}: ${reason ?? 'failed'}`),
      notices: checks.flatMap(([, { ok, reason }]) => (ok && reason !== undefined ? [reason] : [])),
    }
  } catch {
    return { ...status, ready: false, reasons: ['no answer'], notices: [] }
  }
}
