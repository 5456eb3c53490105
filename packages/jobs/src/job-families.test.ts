import { describe, expect, it } from 'vitest'
import { JobError } from './job-error.ts'
import { archiveFamily, archiveQueueName, studyStableFamily } from './job-families.ts'

describe('job ids', () => {
  it('have letters, digits and hyphens only, and begin with a letter', () => {
    const segment = archiveFamily.jobIdOf({ version: 1, journalId: 'j1', segmentId: '20261124T101112123-1z-9f' })
    const study = studyStableFamily.jobIdOf({ version: 1, studyInstanceUid: '1.2.840.113619', revision: 3 })
    expect(segment).toBe('segment-20261124T101112123-1z-9f')
    expect(study).toBe('study-1-2-840-113619-r3')
  })

  it('are refused where BullMQ would throw or lose them', () => {
    const idOf = (segmentId: string) => () => archiveFamily.jobIdOf({ version: 1, journalId: 'j1', segmentId })
    expect(idOf('a:1')).toThrow(JobError)
    expect(idOf('')).toThrow(JobError)
    expect(idOf('a b')).toThrow(JobError)
    expect(() => archiveQueueName('j:1')).toThrow(JobError)
  })
})

describe('payloads', () => {
  it('come back as they went', () => {
    const payload = { version: 1, journalId: 'j1', segmentId: 's1' } as const
    expect(archiveFamily.parse(JSON.parse(JSON.stringify(payload)))).toEqual(payload)
  })

  it.each([null, 'text', {}, { version: 2, journalId: 'j', segmentId: 's' }, { version: 1, journalId: 'j' }])(
    'of another shape are refused: %j',
    (data) => {
      expect(() => archiveFamily.parse(data)).toThrow(JobError)
    },
  )

  it('need a whole revision', () => {
    expect(() => studyStableFamily.parse({ version: 1, studyInstanceUid: '1.2', revision: '3' })).toThrow(JobError)
  })
})
