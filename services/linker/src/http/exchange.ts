import { ProblemError } from '@vna/http'
import type { Request, Response } from 'express'

export function oneText(request: Request, name: string): string | undefined {
  const value = request.query[name]
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw new ProblemError('bad-request', `${name} is given twice`)
  return value
}

export function sendJson(response: Response, body: unknown): void {
  response.set('cache-control', 'private, no-store').json(body)
}
