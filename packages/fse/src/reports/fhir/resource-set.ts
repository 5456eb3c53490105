import { isObject, type JsonObject } from './parse-json.ts'
import { objectsAt, textAt } from './read-fhir.ts'

/** The resources of a document, found by type and by the references between them. */
export class ResourceSet {
  readonly #resources: readonly JsonObject[]
  readonly #byReference = new Map<string, JsonObject>()

  /** `root` is a Bundle or any other resource. */
  constructor(root: JsonObject) {
    const isBundle = textAt(root, 'resourceType') === 'Bundle'
    const entries: readonly JsonObject[] = isBundle ? objectsAt(root, 'entry') : [{ resource: root }]
    this.#resources = entries.flatMap((entry) => objectsAt(entry, 'resource'))
    for (const entry of entries) this.#addEntry(entry)
  }

  ofType(type: string): readonly JsonObject[] {
    return this.#resources.filter((resource) => textAt(resource, 'resourceType') === type)
  }

  /** The resources that References of `owner` point at, where they are here. `#id` is only ever the owner's own. */
  resolve(owner: JsonObject, references: readonly JsonObject[]): readonly JsonObject[] {
    const found = references.map((reference) => this.#find(owner, textAt(reference, 'reference')))
    return found.filter((resource) => resource !== undefined)
  }

  #find(owner: JsonObject, target: string | undefined): JsonObject | undefined {
    if (target?.startsWith('#')) {
      return objectsAt(owner, 'contained').find((resource): boolean => `#${textAt(resource, 'id')}` === target)
    }
    return this.#byReference.get((target ?? '').replace(/\/_history\/[^/]*$/, ''))
  }

  #addEntry(entry: JsonObject): void {
    const { resource } = entry
    if (!isObject(resource)) return
    const id = textAt(resource, 'id')
    const fullUrl = textAt(entry, 'fullUrl')
    if (fullUrl !== undefined) this.#add(fullUrl, resource)
    if (id !== undefined) this.#add(`${textAt(resource, 'resourceType')}/${id}`, resource)
  }

  /** The first of a name wins: a later one cannot take its place. */
  #add(reference: string, resource: JsonObject): void {
    if (!this.#byReference.has(reference)) this.#byReference.set(reference, resource)
  }
}
