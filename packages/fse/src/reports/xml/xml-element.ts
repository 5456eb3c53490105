/** An element with its namespace resolved. Attributes are named as written, prefix included. */
export interface XmlElement {
  readonly name: string
  readonly namespace: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Its own text, without that of its children. */
  readonly text: string
}

/** Children of this name in the namespace of their parent: what an extension adds is not seen. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return (element?.children ?? []).filter((child) => child.name === name && child.namespace === element?.namespace)
}

/** All elements at the end of a path of names. */
export function elementsAt(element: XmlElement | undefined, ...path: readonly string[]): readonly XmlElement[] {
  const start: readonly XmlElement[] = element === undefined ? [] : [element]
  return path.reduce((found, name) => found.flatMap((parent) => childrenOf(parent, name)), start)
}

export function elementAt(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return elementsAt(element, ...path)[0]
}

/** Every element of this name below, in document order. */
export function descendantsOf(element: XmlElement, name: string): readonly XmlElement[] {
  const found: XmlElement[] = []
  collect(element, name, found)
  return found
}

function collect(element: XmlElement, name: string, found: XmlElement[]): void {
  for (const child of element.children) {
    if (child.name === name && child.namespace === element.namespace) found.push(child)
    collect(child, name, found)
  }
}

/** A value that says something: trimmed, not empty, and its element not marked as unknown (nullFlavor). */
export function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  if (element === undefined || element.attributes.has('nullFlavor')) return undefined
  return element.attributes.get(name)?.trim() || undefined
}
