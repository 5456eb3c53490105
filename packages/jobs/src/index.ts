export { isAvailable, queuePrefix } from './connection.ts'
export { JobsError, type JobsErrorCode } from './errors.ts'
export {
  type ArchivePayload,
  archiveJobs,
  archiveQueueName,
  type JobFamily,
  type QueueFamily,
  type StudyStablePayload,
  studyStableJobs,
  studyStableQueueName,
} from './job-family.ts'
export { type JobQueue, openQueue, type QueueOptions } from './job-queue.ts'
export { type JobWorker, startWorker, type WorkerOptions } from './job-worker.ts'
