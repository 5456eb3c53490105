import { userInfo } from 'node:os'
import type { Catalog } from '@vna/catalog'

/** Every read is in the audit trail, also an operator's at the command line: it is the system's user who acts. */
export async function auditRead(catalog: Catalog, object: Readonly<Record<string, unknown>>): Promise<void> {
  await catalog.appendAudit([
    { at: new Date(), actor: systemUser(), role: 'admin', action: 'retrieve', outcome: 'allowed', object },
  ])
}

function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    // In a container the user may have no entry in passwd.
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
