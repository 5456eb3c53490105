export { handedOver } from './handed-over.ts'
export { ThreadPool, ThreadPoolError, type ThreadPoolErrorCode, type ThreadPoolOptions } from './thread-pool.ts'
