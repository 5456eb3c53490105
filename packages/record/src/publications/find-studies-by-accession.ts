import { compilePredicate, type Predicate } from '@vna/catalog'
import type { Sql } from '@vna/database'
import { runQuery, SqlText } from '@vna/database'

/** Studies by the accession number of their header, of an order in a series that was evaluated, or made by this archive. */
export async function findStudiesByAccession(
  sql: Sql,
  o: { readonly accession: string; readonly issuer: string | undefined; readonly limit: number },
  predicate: Predicate,
): Promise<readonly string[]> {
  const text = new SqlText()
  const scope = compilePredicate(predicate, text)
  const accession = text.param(o.accession)
  const issuer = o.issuer === undefined ? undefined : text.param(o.issuer)
  const isIssuer = (column: string) =>
    issuer === undefined ? 'true' : `coalesce(${column}, ${issuer}) in (${issuer}, '')`
  text.add(`select s.study_instance_uid as uid from studies s
    where s.id in (
        select a.id from studies a where a.accession_number = ${accession} and ${isIssuer('a.issuer_of_accession')}
        union select k.id from study_keys y
          join studies k on md5(k.study_instance_uid)::uuid = md5(y.study_instance_uid)::uuid
          where y.kind = 'accession' and y.value = ${accession} and ${isIssuer('y.issuer')}
        union select g.id from generated_accessions n
          join studies g on md5(g.study_instance_uid)::uuid = md5(n.study_instance_uid)::uuid
          where n.accession_number = ${accession} and ${isIssuer('n.issuer')})
      and ${scope.study} and s.number_of_instances > 0
    order by s.first_received_at, s.study_instance_uid limit ${text.param(o.limit)}::int`)
  const rows = await runQuery(async () =>
    sql.unsafe<{ uid: string }[]>(text.toString(), text.params, { prepare: true }),
  )
  return rows.map(({ uid }) => uid)
}
