import { isObject, type Json, type JsonObject } from './parse-json.ts'

/** Objects at the end of a path, arrays looked through; nothing where the document has something else. */
export function objectsAt(value: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  return valuesAt(value, ...path).filter((found): found is JsonObject => isObject(found))
}

export function textAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  return textsAt(value, ...path)[0]
}

export function textsAt(value: Json | undefined, ...path: readonly string[]): readonly string[] {
  const texts = valuesAt(value, ...path).filter((found): found is string => typeof found === 'string')
  return texts.map((text) => text.trim()).filter((text) => text !== '')
}

function valuesAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const start = value === undefined ? [] : flatten(value)
  return path.reduce<readonly Json[]>((found, name) => {
    return found.flatMap((parent) => {
      const child = isObject(parent) && Object.hasOwn(parent, name) ? parent[name] : undefined
      return child === undefined ? [] : flatten(child)
    })
  }, start)
}

function flatten(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value as Json]
}

/** Codes of a CodeableConcept or of many. */
export function codingsAt(value: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  return objectsAt(value, ...path, 'coding')
}
