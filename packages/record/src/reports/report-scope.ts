import type { Predicate } from '@vna/catalog'
import type { SqlText } from '@vna/database'

/**
 * A predicate as a condition on `r` (reports). An entity has the reports it sent; a patient those that name an identifier
 * of the person. Hidden ones are left out except for whoever sent them and where the predicate includes them.
 */
export function compileReportScope(predicate: Predicate, text: SqlText): string {
  switch (predicate.kind) {
    case 'all':
      return predicate.includeHidden === true ? 'true' : 'r.visibility = 0'
    case 'none':
      return 'false'
    case 'entity':
      return `r.origin = ${text.param(predicate.entityCode)}`
    case 'patient':
      return patientScope(predicate, text)
  }
}

function patientScope(predicate: Extract<Predicate, { kind: 'patient' }>, text: SqlText): string {
  const identifier = text.param(predicate.identifier)
  const issuer = text.param(predicate.issuer)
  const known =
    `select t.id from identities t join issuers i on i.id = t.issuer_id` +
    ` where t.identifier = ${identifier} and i.value = ${issuer}`
  const person =
    `select m.identifier, i.value from (${known}) k join identities m on m.id = k.id or m.root_id = k.id` +
    ` join issuers i on i.id = m.issuer_id union select ${identifier}::text, ${issuer}::text`
  const condition =
    `exists (select from report_keys k where k.report_id = r.id and k.kind = 'patient'` +
    ` and (k.value, k.issuer) in (${person}))`
  return predicate.includeHidden === true ? condition : `(${condition} and r.visibility = 0)`
}
