import { parseRetryAfter } from '@vna/flow'
import type { Notification } from '@vna/record'
import { signatureOf } from './sign.ts'

export interface WebhookTarget {
  readonly url: string
  readonly secret: string
  readonly timeoutMs: number
}

export type Delivery =
  | { readonly kind: 'delivered' }
  /** `reason` is a status or a name of ours, never a text of the receiver. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs: number | undefined }

/** Tells one thing. The receiver knows what it was told already by `id`, since a lost answer is told again. */
export async function sendNotification(
  target: WebhookTarget,
  notification: Notification,
  signal: AbortSignal,
): Promise<Delivery> {
  const body = bodyOf(notification)
  const timestamp = String(Math.floor(Date.now() / 1000))
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(target.timeoutMs)]),
      headers: {
        'content-type': 'application/json',
        'vna-timestamp': timestamp,
        'vna-signature': signatureOf(target.secret, timestamp, body),
      },
      body,
    })
    await response.body?.cancel()
    if (response.ok) return { kind: 'delivered' }
    const again = parseRetryAfter(response.headers.get('retry-after'), Date.now())
    return { kind: 'failed', reason: `status ${response.status}`, retryAfterMs: again }
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.name : 'failure', retryAfterMs: undefined }
  }
}

function bodyOf({ id, kind, studyInstanceUid, createdAt, payload }: Notification): string {
  return JSON.stringify({ ...payload, id, kind, studyInstanceUid, at: createdAt.toISOString() })
}
