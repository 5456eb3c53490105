import type { Sql } from './connect.ts'

/**
 * The schema as text that looks like SQL and is equal for equal schemas: what the migrations produce is compared with
 * schema.sql, so that a change shows in a review. Partitions beyond the first look alike and are left out.
 */
export async function describeSchema(sql: Sql): Promise<string> {
  const [tables, functions] = await Promise.all([describeTables(sql), describeFunctions(sql)])
  return `${[...tables, ...functions].join('\n\n')}\n`
}

interface TableRow {
  readonly name: string
  readonly options: string | null
  readonly partition: string | null
  readonly columns: readonly string[]
  readonly constraints: readonly string[] | null
  readonly indexes: readonly string[] | null
  readonly triggers: readonly string[] | null
}

async function describeTables(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<TableRow[]>`
    select c.relname as name, array_to_string(c.reloptions, ', ') as options,
      coalesce(pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid)) as partition,
      (select json_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
          || case when co.collname <> 'default' then ' collate "' || co.collname || '"' else '' end
          || case when a.attnotnull then ' not null' else '' end
          || case a.attidentity when 'a' then ' generated always as identity' else '' end
          || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') order by a.attnum)
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          left join pg_collation co on co.oid = a.attcollation
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      (select json_agg(pg_get_constraintdef(k.oid) order by k.contype desc, k.conname)
        from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n') as constraints,
      (select json_agg(pg_get_indexdef(x.indexrelid) order by x.indexrelid::regclass::text)
        from pg_index x where x.indrelid = c.oid and not exists (
          select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u'))) as indexes,
      (select json_agg(pg_get_triggerdef(t.oid) order by t.tgname)
        from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and (not c.relispartition or c.relname like '%\\_0')
    order by c.relname`
  return rows.map(tableText)
}

function tableText(row: TableRow): string {
  const lines = [...row.columns, ...(row.constraints ?? [])].map((line) => `  ${line}`)
  const partition = row.partition === null ? '' : ` -- ${row.partition}`
  const options = row.options === null ? '' : ` with (${row.options})`
  const table = `table ${row.name} (${partition}\n${lines.join('\n')}\n)${options}`
  return [table, ...(row.indexes ?? []), ...(row.triggers ?? [])].join('\n')
}

async function describeFunctions(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ definition: string }[]>`
    select pg_get_functiondef(oid) as definition from pg_proc where pronamespace = 'public'::regnamespace
    order by proname`
  return rows.map(({ definition }) => definition.trim())
}
