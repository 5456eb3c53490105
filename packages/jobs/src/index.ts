export { JobError, type JobErrorCode } from './job-error.ts'
export {
  type ArchivePayload,
  archiveFamily,
  archiveQueueName,
  type JobFamily,
  type StudyStablePayload,
  studyStableFamily,
  studyStableQueueName,
} from './job-families.ts'
export { type JobCounts, JobQueue, type JobQueueOptions, type JobState, jobStates } from './job-queue.ts'
export { type JobContext, JobWorker, type JobWorkerOptions, retryAfterMs } from './job-worker.ts'
export { jobLimits } from './limits.ts'
