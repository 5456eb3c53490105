import { DicomwebError } from '@vna/dicomweb'
import { describe, expect, it } from 'vitest'
import { createProblem, problemKinds, problemOfDicomwebError } from './problem.ts'

describe('problems', () => {
  it('have a stable type, and extensions never replace a member of RFC 9457', () => {
    expect(createProblem('not-found')).toEqual({
      type: 'urn:vna:problem:not-found',
      title: 'There is no such resource',
      status: 404,
    })
    const problem = createProblem('query-limit', 'too far', { limit: 'maxOffset', status: 200, type: 'x' })
    expect(problem).toMatchObject({
      type: 'urn:vna:problem:query-limit',
      status: 400,
      limit: 'maxOffset',
      detail: 'too far',
    })
  })

  it('have an error status each', () => {
    for (const { status } of Object.values(problemKinds)) expect(status).toBeGreaterThanOrEqual(400)
  })

  it('translate the errors of the package', () => {
    const error = new DicomwebError('not-acceptable', 'no', { available: ['application/dicom+json'] })
    expect(problemOfDicomwebError(error)).toEqual({
      type: 'urn:vna:problem:not-acceptable',
      title: 'None of the accepted representations is available',
      status: 406,
      detail: 'no',
      available: ['application/dicom+json'],
    })
  })
})
