import { storageSopClassLines } from './generated/storage-sop-classes.ts'

export interface StorageSopClass {
  readonly uid: string
  readonly name: string
  readonly keyword: string
  readonly retired: boolean
}

/** Every storage SOP class of PS3.6 Table A-1 (PS3.4 B.5 and GG.3, retired ones too); DICOMDIR is none of them. */
export const storageSopClasses: ReadonlyMap<string, StorageSopClass> = new Map(
  storageSopClassLines.split('\n').map((line) => {
    const [uid = '', retired, keyword = '', name = ''] = line.split('|')
    return [uid, { uid, name, keyword, retired: retired === 'R' }] as const
  }),
)
