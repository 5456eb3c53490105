/**
 * How a program is found: a `command` on the PATH (any of the names will do), a `file` that other programs load, or a
 * module of Debian's own Python.
 */
export interface ProgramSpec {
  readonly kind: 'command' | 'file' | 'python-module'
  readonly candidates: readonly string[]
  /** The Debian packages that hold it. */
  readonly packages: readonly string[]
  /** Arguments with which a command ends at once and well, when it can run at all: `--version` unless said. */
  readonly trial?: readonly string[]
}

const dcmtk = (name: string): ProgramSpec => ({ kind: 'command', candidates: [name], packages: ['dcmtk'] })
const ceph = (name: string, packageName: string): ProgramSpec => ({
  kind: 'command',
  candidates: [name],
  packages: [packageName],
})

/** The programs that npm does not ship: what the stack runs on (redis-server) and the peers of the tests. */
export const programTable = {
  'redis-server': { kind: 'command', candidates: ['redis-server', 'valkey-server'], packages: ['redis-server'] },
  storescu: dcmtk('storescu'),
  storescp: dcmtk('storescp'),
  dcmsend: dcmtk('dcmsend'),
  echoscu: dcmtk('echoscu'),
  findscu: dcmtk('findscu'),
  movescu: dcmtk('movescu'),
  getscu: dcmtk('getscu'),
  dcmdump: dcmtk('dcmdump'),
  dcmconv: dcmtk('dcmconv'),
  dcm2json: dcmtk('dcm2json'),
  Orthanc: { kind: 'command', candidates: ['Orthanc'], packages: ['orthanc'] },
  'orthanc-dicomweb': {
    kind: 'file',
    candidates: ['/usr/share/orthanc/plugins/libOrthancDicomWeb.so'],
    packages: ['orthanc', 'orthanc-dicomweb'],
  },
  'orthanc-postgresql': {
    kind: 'file',
    candidates: ['/usr/share/orthanc/plugins/libOrthancPostgreSQLIndex.so'],
    packages: ['orthanc', 'orthanc-postgresql'],
  },
  'ceph-mon': ceph('ceph-mon', 'ceph-mon'),
  'ceph-osd': ceph('ceph-osd', 'ceph-osd'),
  'ceph-authtool': ceph('ceph-authtool', 'ceph-common'),
  monmaptool: ceph('monmaptool', 'ceph-base'),
  osdmaptool: ceph('osdmaptool', 'ceph-base'),
  radosgw: ceph('radosgw', 'radosgw'),
  'radosgw-admin': ceph('radosgw-admin', 'radosgw'),
  'python3-pydicom': { kind: 'python-module', candidates: ['pydicom'], packages: ['python3', 'python3-pydicom'] },
  dciodvfy: { kind: 'command', candidates: ['dciodvfy'], packages: ['dicom3tools'], trial: ['-version'] },
  bsdtar: { kind: 'command', candidates: ['bsdtar'], packages: ['libarchive-tools'] },
} as const satisfies Record<string, ProgramSpec>

export type ProgramName = keyof typeof programTable
