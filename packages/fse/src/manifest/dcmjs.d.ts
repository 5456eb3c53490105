/** What the tests of this package use of dcmjs, which ships no types. */
declare module 'dcmjs' {
  namespace dcmjs {
    interface Item {
      readonly [tag: string]: { readonly vr: string; readonly Value: readonly unknown[] }
    }
    interface DicomDict {
      dict: Item
      write(): ArrayBuffer
    }
    const data: {
      readonly DicomDict: new (meta: object) => DicomDict
      readonly DicomMessage: { readFile(file: ArrayBuffer): DicomDict }
    }
  }
  export default dcmjs
}
