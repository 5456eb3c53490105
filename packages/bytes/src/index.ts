export { GrowingBuffer } from './growing-buffer.ts'
