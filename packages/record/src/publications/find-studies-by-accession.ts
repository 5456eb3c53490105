import { compilePredicate, type Predicate, studiesOf } from '@vna/catalog'
import type { Sql } from '@vna/database'
import { runQuery, SqlText } from '@vna/database'

/** Studies by the accession number of their header, of an order in a series that was evaluated, or made by this archive. */
export async function findStudiesByAccession(
  sql: Sql,
  o: { readonly accession: string; readonly issuer: string | undefined; readonly limit: number },
  predicate: Predicate,
): Promise<readonly string[]> {
  const text = new SqlText()
  const branches = compilePredicate(predicate, text)
  const accession = text.param(o.accession)
  const issuer = o.issuer === undefined ? undefined : text.param(o.issuer)
  const isIssuer = (column: string) =>
    issuer === undefined ? 'true' : `coalesce(${column}, ${issuer}) in (${issuer}, '')`
  const isInHeader = (alias: string) =>
    `${alias}.accession_number = ${accession} and ${isIssuer(`${alias}.issuer_of_accession`)}`
  // Numbers of orders and those made here are the record's; a holder among several is found by its own header.
  const ofRecord = `s.id in (
        select a.id from studies a where ${isInHeader('a')}
        union select k.id from study_keys y
          join studies k on md5(k.study_instance_uid)::uuid = md5(y.study_instance_uid)::uuid
          where y.kind = 'accession' and y.value = ${accession} and ${isIssuer('y.issuer')}
        union select g.id from generated_accessions n
          join studies g on md5(g.study_instance_uid)::uuid = md5(n.study_instance_uid)::uuid
          where n.accession_number = ${accession} and ${isIssuer('n.issuer')})`
  const selects = branches.map(
    (branch) => `select s.study_instance_uid as uid, s.first_received_at as at from ${studiesOf(branch)}
      where ${branch.kind === 'record' ? ofRecord : isInHeader('s')} and ${branch.condition} and s.number_of_instances > 0`,
  )
  text.add(`select uid from (${selects.join(' union all ')}) found
    order by at, uid limit ${text.param(o.limit)}::int`)
  const rows = await runQuery(async () =>
    sql.unsafe<{ uid: string }[]>(text.toString(), text.params, { prepare: true }),
  )
  return rows.map(({ uid }) => uid)
}
