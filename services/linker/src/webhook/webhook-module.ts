import type { Notification } from '@vna/record'
import { RuntimeError } from '@vna/runtime'
import type { LinkerDependencies, LinkerModule } from '../linker-dependencies.ts'
import { studyRetryMs } from '../publication/registry-backoff.ts'
import { sendNotification, type WebhookTarget } from './send-notification.ts'

const webhookLimits = {
  intervalMs: 500,
  timeoutMs: 10_000,
  leaseMs: 30_000,
  /** Different studies told at the same time; one study's are told one after the other. */
  perRun: 16,
  /** Some four days at the longest pause; then an operator sees it given up. */
  maxAttempts: 25_000,
  keepDays: 30,
  pruneIntervalMs: 60_000,
} as const

/** Tells the health record's webhook what appeared or changed, in order for each study, until it says so. */
export function createWebhookModule(dependencies: LinkerDependencies): LinkerModule {
  const { healthRecord } = dependencies
  const target = targetOf(dependencies)
  const prune = {
    name: 'notifications',
    intervalMs: webhookLimits.pruneIntervalMs,
    // Where nobody is told, nothing waits to be told.
    run: () =>
      healthRecord.publications.pruneNotifications({
        keepDays: webhookLimits.keepDays,
        withOpen: target === undefined,
      }),
  }
  if (target === undefined) return { tasks: [prune] }
  const notify = async (signal: AbortSignal): Promise<void> => {
    const taken = await healthRecord.publications.takeNotifications({
      limit: webhookLimits.perRun,
      leaseMs: webhookLimits.leaseMs,
    })
    await Promise.all(taken.map((notification) => tellOne(dependencies, target, { notification, signal })))
    if (taken.length === webhookLimits.perRun && !signal.aborted) await notify(signal)
  }
  return { tasks: [{ name: 'webhook', intervalMs: webhookLimits.intervalMs, run: notify }, prune] }
}

function targetOf({ config }: LinkerDependencies): WebhookTarget | undefined {
  const { fseWebhookUrl, fseWebhookSecret } = config
  if (fseWebhookUrl === undefined) return undefined
  if (fseWebhookSecret === undefined) {
    throw new RuntimeError('invalid-config', 'VNA_FSE_WEBHOOK_URL needs VNA_FSE_WEBHOOK_SECRET')
  }
  return { url: fseWebhookUrl, secret: fseWebhookSecret.reveal(), timeoutMs: webhookLimits.timeoutMs }
}

async function tellOne(
  { healthRecord, logger }: LinkerDependencies,
  target: WebhookTarget,
  { notification, signal }: { notification: Notification; signal: AbortSignal },
): Promise<void> {
  const { publications } = healthRecord
  // A hidden study is as if it were not there, but that its manifest is gone must be known.
  if (notification.isHidden && notification.kind !== 'manifest-withdrawn') {
    return publications.closeNotification(notification.id, 'hidden')
  }
  const delivery = await sendNotification(target, notification, signal)
  if (delivery.kind === 'delivered') return publications.closeNotification(notification.id)
  if (notification.attempts + 1 >= webhookLimits.maxAttempts) {
    logger.error({ study: notification.studyInstanceUid }, 'a notification was given up')
    return publications.closeNotification(notification.id, delivery.reason)
  }
  const retryAfterMs = Math.max(studyRetryMs(notification.attempts), delivery.retryAfterMs ?? 0)
  await publications.postponeNotification(notification.id, { retryAfterMs, error: delivery.reason })
}
