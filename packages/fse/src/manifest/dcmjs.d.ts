/** What this package uses of dcmjs, which ships no types. */
declare module 'dcmjs' {
  const dcmjs: {
    data: {
      DicomDict: new (
        meta: object,
      ) => {
        dict: object
        write(options?: object): ArrayBuffer
      }
    }
  }
  export default dcmjs
}
