import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from '../../acceptance/support/programs.ts'

/** A disk for a whole stack, which a test can fill to its last byte. */
export interface SmallDisk {
  /** A file system of its own, or one whose writes fail in our processes as on a full one. */
  readonly kind: 'real' | 'imitated'
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  fill(): Promise<void>
  empty(): Promise<void>
  remove(): Promise<void>
}

/** A tmpfs where this process may mount one (root); elsewhere the writes of our own processes fail on command. */
export async function openSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'vna-small-disk-'))
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const mounted = await runProgram('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', disk]).catch(
    () => undefined,
  )
  return mounted?.exitCode === 0 ? realDisk(folder, disk) : imitatedDisk(folder, disk)
}

function realDisk(folder: string, disk: string): SmallDisk {
  const fillers: string[] = []
  return {
    kind: 'real',
    home: join(disk, 'home'),
    env: {},
    fill: async () => {
      // What another process gives back meanwhile is taken too.
      for (let round = 0; round < 5; round++) {
        const filler = join(disk, `filler-${fillers.length}`)
        fillers.push(filler)
        const { bavail, bsize } = statfsSync(disk)
        if (bavail > 0) await runProgram('fallocate', ['-l', String(bavail * bsize), filler])
      }
    },
    empty: async () => {
      for (const filler of fillers.splice(0)) rmSync(filler, { force: true })
    },
    remove: async () => {
      await runProgram('umount', ['-l', disk])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function imitatedDisk(folder: string, disk: string): SmallDisk {
  const control = join(folder, 'disk-fault')
  const shim = fileURLToPath(new URL('./failing-disk.mjs', import.meta.url))
  return {
    kind: 'imitated',
    home: join(disk, 'home'),
    env: {
      NODE_OPTIONS: `--import=${shim}`,
      FAILING_DISK_CONTROL: control,
      FAILING_DISK_FOLDER: disk,
    },
    fill: async () => writeFileSync(control, 'full'),
    empty: async () => rmSync(control, { force: true }),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
