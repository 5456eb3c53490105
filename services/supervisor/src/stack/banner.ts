import type { SupervisorConfig } from '../config.ts'

/** What the operator reads when the stack is up. */
export function renderBanner(config: SupervisorConfig, record: Readonly<Record<string, unknown>>): string {
  const http = typeof record.http === 'string' ? record.http : `http://${config.bind}:${config.httpPort}`
  const dimse =
    record.dimsePort === 'off' ? 'off' : `AE title ${config.aeTitle}, ${config.bind}, port ${String(record.dimsePort)}`
  return [
    'VNA ready',
    `  DICOMweb   ${http}/dicomweb`,
    `  DIMSE      ${dimse}`,
    `  health     ${http}/health/ready    metrics  ${http}/metrics`,
    `  data       ${config.home}    logs  ${config.home}/log`,
    '  sign in    ./vna token --role admin    prints a bearer token',
  ].join('\n')
}
