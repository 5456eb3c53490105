import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Sampler } from './sampler.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function createSampler(maxKeys = 100) {
  const told: string[] = []
  const sampler = new Sampler<string>({
    windowMs: 60_000,
    maxKeys,
    onFirst: (value) => void told.push(value),
    onMore: (value, times) => void told.push(`${value} and ${times} more`),
  })
  return { sampler, told }
}

it('tells the first of each key at once, and the sum of the others when the window ends', () => {
  const { sampler, told } = createSampler()
  for (let n = 1; n <= 1_000; n++) sampler.note('flood', `flood ${n}`)
  sampler.note('once', 'once')
  expect(told).toEqual(['flood 1', 'once'])
  vi.advanceTimersByTime(60_000)
  expect(told.slice(2)).toEqual(['flood 1000 and 999 more'])
  sampler.note('flood', 'flood again')
  sampler.note('flood', 'and again')
  sampler.close()
  expect(told.slice(3)).toEqual(['flood again', 'and again and 1 more'])
})

it('counts what comes under too many keys together', () => {
  const { sampler, told } = createSampler(2)
  for (let n = 1; n <= 1_000; n++) sampler.note(`address ${n}`, `address ${n}`)
  sampler.close()
  expect(told).toEqual(['address 1', 'address 2', 'address 3', 'address 1000 and 997 more'])
})
