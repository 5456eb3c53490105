import { describe, expect, it } from 'vitest'
import { findRoute } from './route-table.ts'

const target = (method: string, path: string) => {
  const match = findRoute(method, path)
  return match.kind === 'found' ? match.route.target : match.kind
}

describe('findRoute', () => {
  it('sends stores to the gateway and everything else under /dicomweb to the searches and retrievals', () => {
    const gateway = { kind: 'upstream', service: 'gateway', isOptional: false }
    expect(target('POST', '/dicomweb/studies')).toEqual(gateway)
    expect(target('POST', '/dicomweb/studies/1.2.3')).toEqual(gateway)
    expect(target('POST', '/dicomweb/studies/1.2.3/series')).toEqual({ kind: 'dicomweb' })
    expect(target('GET', '/dicomweb/studies')).toEqual({ kind: 'dicomweb' })
    expect(target('GET', '/dicomweb')).toEqual({ kind: 'dicomweb' })
    expect(target('GET', '/dicomwebx')).toBe('unknown')
  })

  it('knows the paths of services that join', () => {
    expect(target('GET', '/fhir/metadata')).toMatchObject({ service: 'linker', isOptional: true })
    expect(target('POST', '/reports')).toMatchObject({ service: 'linker', isOptional: true })
    expect(target('PUT', '/fse/v1/studies/1.2.3/visibility')).toMatchObject({ service: 'linker', isOptional: true })
    expect(target('GET', '/console/')).toMatchObject({ service: 'console', isOptional: true })
  })

  it('tells a wrong method from an unknown path', () => {
    expect(findRoute('POST', '/health/live')).toEqual({ kind: 'wrong-method', allowed: ['GET', 'HEAD'] })
    expect(findRoute('GET', '/')).toEqual({ kind: 'unknown' })
    expect(findRoute('GET', '/health/live/x')).toEqual({ kind: 'unknown' })
  })
})
