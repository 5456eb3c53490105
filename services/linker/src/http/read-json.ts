import express, { type RequestHandler } from 'express'

/** A JSON body. PostgreSQL takes no NUL in any text, so none comes in: it is answered like a body that is no JSON. */
export function readJson(maxBodyBytes: number): RequestHandler {
  return express.json({ limit: maxBodyBytes, type: 'application/json', reviver: refuseNul })
}

function refuseNul(key: string, value: unknown): unknown {
  if (key.includes('\0') || (typeof value === 'string' && value.includes('\0'))) throw new SyntaxError('a NUL')
  return value
}
