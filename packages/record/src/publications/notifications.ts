import type { Sql, Transaction } from '@vna/database'
import { runQuery, runTransaction } from '@vna/database'
import { publicationLimits } from './limits.ts'

/** What the health record is told: UIDs and ids, never anything of a patient. */
export interface NewNotification {
  readonly studyInstanceUid: string
  /** `manifest-registered`, `manifest-replaced`, `manifest-withdrawn`, `link-changed`, … */
  readonly kind: string
  readonly payload: Readonly<Record<string, unknown>>
}

export interface Notification extends NewNotification {
  readonly id: number
  readonly createdAt: Date
  readonly attempts: number
  /** Its study or its report is hidden by now, or the study that the report came in. */
  readonly isHidden: boolean
}

/** In the transaction of what is told. */
export async function insertNotification(sql: Sql | Transaction, notification: NewNotification): Promise<void> {
  await sql`
    insert into notifications (study_instance_uid, created_at, due_at, kind, payload)
    values (${notification.studyInstanceUid}, clock_timestamp(), clock_timestamp(), ${notification.kind},
      ${JSON.stringify(notification.payload)}::text::jsonb)`
}

/** The first open one of each study whose time has come: the next follows only when it is done. */
export async function takeNotifications(
  sql: Sql,
  o: { limit: number; leaseMs: number },
): Promise<readonly Notification[]> {
  return runTransaction(sql, async (tx) => {
    return tx<Notification[]>`
      with taken as (
        select n.id from notifications n
        where n.due_at <= clock_timestamp() and not exists (
          select from notifications b
          where b.study_instance_uid = n.study_instance_uid and b.id < n.id and b.due_at is not null)
        order by n.id limit ${Math.min(o.limit, publicationLimits.maxNotificationsPerTake)}::int
        for update skip locked)
      update notifications n set due_at = clock_timestamp() + ${o.leaseMs}::int * interval '1 millisecond'
      from taken where n.id = taken.id
      returning n.id, n.study_instance_uid as "studyInstanceUid", n.created_at as "createdAt", n.attempts, n.kind, n.payload,
        ${isHiddenStudy(tx, tx`n.study_instance_uid`)} or exists (
          select from reports r where r.id = (n.payload ->> 'reportId')::uuid
            and (r.visibility <> 0 or ${isHiddenStudy(tx, tx`r.study_instance_uid`)})) as "isHidden"`
  })
}

/** Told, or given up for good. */
export async function closeNotification(sql: Sql, id: number, error?: string): Promise<void> {
  await runQuery(async () => {
    await sql`update notifications set due_at = null, attempts = attempts + 1, last_error = ${cut(error)} where id = ${id}::bigint`
  })
}

function isHiddenStudy(tx: Transaction, uid: ReturnType<Transaction>) {
  return tx`exists (select from studies s where md5(s.study_instance_uid)::uuid = md5(${uid})::uuid and s.visibility <> 0)`
}

export async function postponeNotification(
  sql: Sql,
  id: number,
  o: { retryAfterMs: number; error: string },
): Promise<void> {
  await runQuery(async () => {
    await sql`
      update notifications set attempts = attempts + 1, last_error = ${cut(o.error)},
        due_at = clock_timestamp() + ${Math.round(o.retryAfterMs)}::int * interval '1 millisecond'
      where id = ${id}::bigint`
  })
}

/** Forgets what was told long ago; `withOpen`: also what nobody will be told. */
export async function pruneNotifications(sql: Sql, o: { keepDays: number; withOpen: boolean }): Promise<void> {
  await runQuery(async () => {
    await sql`
      delete from notifications
      where (due_at is null or ${o.withOpen}) and (${o.withOpen} or created_at < clock_timestamp() - ${o.keepDays}::int * interval '1 day')`
  })
}

function cut(text: string | undefined): string | null {
  return text?.slice(0, publicationLimits.maxErrorChars).replaceAll('\u0000', '') ?? null
}
