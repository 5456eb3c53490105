/** What this package uses of dcmjs, which ships no types. */
declare module 'dcmjs' {
  interface WriteStream {
    getBuffer(): ArrayBuffer
  }
  const dcmjs: {
    data: {
      DicomDict: new (
        meta: object,
      ) => {
        dict: object
        write(options?: object): ArrayBuffer
      }
      DicomMessage: {
        write(elements: object, stream: WriteStream, transferSyntaxUid: string, options: object): number
      }
      WriteBufferStream: new (sizeBytes: number, littleEndian: boolean) => WriteStream
    }
  }
  export default dcmjs
}
