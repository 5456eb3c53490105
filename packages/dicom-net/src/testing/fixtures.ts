/** PDUs byte by byte. Every field is decoded beside it; lengths were counted by hand, not made by our encoder. */

/** Joins hex text and 'quoted text' parts. */
export function bytesOf(...parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      part.startsWith("'") ? Buffer.from(part.slice(1, -1), 'latin1') : Buffer.from(part.replace(/\s/g, ''), 'hex'),
    ),
  )
}

export const associateRequestBytes = bytesOf(
  '01', // PDU type: A-ASSOCIATE-RQ
  '00', // reserved
  '00 00 01 27', // PDU length: 295
  '00 01', // protocol version: bit 0
  '00 00', // reserved
  "'VNA             '", // called AE title
  "'STORESCU        '", // calling AE title
  '00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000', // reserved
  '10 00 00 15', // application context item, 21 bytes
  "'1.2.840.10008.3.1.1.1'", // DICOM application context
  '20 00 00 4e', // presentation context item, 78 bytes
  '01', // presentation context id: 1
  '00 00 00', // reserved
  '30 00 00 19', // abstract syntax sub-item, 25 bytes
  "'1.2.840.10008.5.1.4.1.1.2'", // CT Image Storage
  '40 00 00 13', // transfer syntax sub-item, 19 bytes
  "'1.2.840.10008.1.2.1'", // Explicit VR Little Endian
  '40 00 00 12', // transfer syntax sub-item, 18 bytes: padded with a zero byte, as old senders do
  "'1.2.840.10008.1.2'",
  '00',
  '50 00 00 74', // user information item, 116 bytes
  '51 00 00 04', // maximum length sub-item, 4 bytes
  '00 00 40 00', // 16384
  '52 00 00 0f', // implementation class UID sub-item, 15 bytes
  "'1.2.276.0.7230'", // …
  '00', // … padded
  '53 00 00 04', // asynchronous operations window sub-item, 4 bytes
  '00 05', // maximum number of operations invoked: 5
  '00 01', // maximum number of operations performed: 1
  '54 00 00 15', // role selection sub-item, 21 bytes
  '00 11', // UID length: 17
  "'1.2.840.10008.1.1'", // Verification
  '01', // SCU role: supported
  '00', // SCP role: not supported
  '55 00 00 05', // implementation version name sub-item, 5 bytes
  "'DCMTK'",
  '56 00 00 15', // SOP class extended negotiation sub-item, 21 bytes
  '00 11', // SOP class UID length: 17
  "'1.2.840.10008.1.1'",
  '02 00', // service class application information
  '58 00 00 0c', // user identity sub-item, 12 bytes
  '02', // type: username and passcode
  '00', // positive response not requested
  '00 04', // primary field length: 4
  "'user'",
  '00 02', // secondary field length: 2
  "'pw'",
  'fe 00 00 02', // unknown sub-item, 2 bytes: to be skipped
  'ab cd',
)

export const associateAcceptBytes = bytesOf(
  '02', // PDU type: A-ASSOCIATE-AC
  '00', // reserved
  '00 00 00 ac', // PDU length: 172
  '00 01', // protocol version
  '00 00', // reserved
  "'VNA             '", // called AE title, as received
  "'STORESCU        '", // calling AE title, as received
  '00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000', // reserved
  '10 00 00 15', // application context item, 21 bytes
  "'1.2.840.10008.3.1.1.1'",
  '21 00 00 1b', // presentation context result item, 27 bytes
  '01', // presentation context id: 1
  '00', // reserved
  '00', // result: acceptance
  '00', // reserved
  '40 00 00 13', // transfer syntax sub-item, 19 bytes
  "'1.2.840.10008.1.2.1'",
  '21 00 00 19', // presentation context result item, 25 bytes
  '03', // presentation context id: 3
  '00', // reserved
  '03', // result: abstract syntax not supported
  '00', // reserved
  '40 00 00 11', // transfer syntax sub-item, 17 bytes: not significant
  "'1.2.840.10008.1.2'",
  '50 00 00 0f', // user information item, 15 bytes
  '51 00 00 04', // maximum length sub-item
  '00 00 00 00', // 0: no limit
  '52 00 00 03', // implementation class UID sub-item, 3 bytes
  "'1.2'",
)

export const associateRejectBytes = bytesOf(
  '03', // PDU type: A-ASSOCIATE-RJ
  '00', // reserved
  '00 00 00 04', // PDU length: 4
  '00', // reserved
  '02', // result: rejected, transient
  '03', // source: service provider (presentation)
  '02', // reason: local limit exceeded
)

export const releaseRequestBytes = bytesOf('05 00 00000004', '00000000')
export const releaseResponseBytes = bytesOf('06 00 00000004', '00000000')

export const abortBytes = bytesOf(
  '07', // PDU type: A-ABORT
  '00', // reserved
  '00 00 00 04', // PDU length: 4
  '00 00', // reserved
  '02', // source: service provider
  '06', // reason: invalid PDU parameter value
)

/** Command set of a C-ECHO-RQ: implicit VR little endian. */
export const echoCommandSetBytes = bytesOf(
  '0000 0000 04000000', // (0000,0000) Command Group Length, UL, 4 bytes
  '38000000', // 56
  '0000 0200 12000000', // (0000,0002) Affected SOP Class UID, UI, 18 bytes
  "'1.2.840.10008.1.1'",
  '00', // padding
  '0000 0001 02000000', // (0000,0100) Command Field, US
  '3000', // C-ECHO-RQ
  '0000 1001 02000000', // (0000,0110) Message ID, US
  '0700', // 7
  '0000 0008 02000000', // (0000,0800) Command Data Set Type, US
  '0101', // no data set
)

/** Command set of a C-STORE-RSP with a failure: as a receiver whose disk is full sends it. */
export const storeResponseCommandSetBytes = bytesOf(
  '0000 0000 04000000', // (0000,0000) Command Group Length
  '84000000', // 132
  '0000 0200 1a000000', // (0000,0002) Affected SOP Class UID, UI, 26 bytes
  "'1.2.840.10008.5.1.4.1.1.2'",
  '00', // padding
  '0000 0001 02000000', // (0000,0100) Command Field
  '0180', // C-STORE-RSP
  '0000 2001 02000000', // (0000,0120) Message ID Being Responded To
  '0900', // 9
  '0000 0008 02000000', // (0000,0800) Command Data Set Type
  '0101', // no data set
  '0000 0009 02000000', // (0000,0900) Status
  '00a7', // 0xA700: refused, out of resources
  '0000 0109 04000000', // (0000,0901) Offending Element, AT
  '0800 1800', // (0008,0018)
  '0000 0209 0c000000', // (0000,0902) Error Comment, LO, 12 bytes
  "'disk is full'",
  '0000 0010 06000000', // (0000,1000) Affected SOP Instance UID, UI, 6 bytes
  "'1.2.3'",
  '00', // padding
  '0000 3010 04000000', // (0000,1030) Move Originator AE Title: odd in a response, to be read all the same
  "'MOVE'",
)

/** A P-DATA-TF PDU of two PDVs: the C-ECHO-RQ, and a fragment of a data set. */
export const twoPdvsBytes = bytesOf(
  '04', // PDU type: P-DATA-TF
  '00', // reserved
  '00 00 00 54', // PDU length: 84
  '00 00 00 46', // PDV item length: 70
  '01', // presentation context id: 1
  '03', // message control header: command, last
  echoCommandSetBytes.toString('hex'), // 68 bytes
  '00 00 00 06', // PDV item length: 6
  '01', // presentation context id: 1
  '00', // message control header: data set, not last
  'de ad be ef', // fragment
)
