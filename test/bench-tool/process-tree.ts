import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in ticks of 10 ms on every architecture Node runs on (sysconf _SC_CLK_TCK). */
const ticksPerSecond = 100

interface ProcessStat {
  readonly pid: number
  readonly parentPid: number
  readonly cpuTicks: number
}

/** The roots and all that descends from them, as /proc shows it now. */
function findProcessTree(rootPids: readonly number[]): readonly ProcessStat[] {
  const all = readAllStats()
  const children = Map.groupBy(all, (stat) => stat.parentPid)
  const tree = new Map<number, ProcessStat>()
  const pending = all.filter((stat) => rootPids.includes(stat.pid))
  for (let stat = pending.pop(); stat !== undefined; stat = pending.pop()) {
    if (tree.has(stat.pid)) continue
    tree.set(stat.pid, stat)
    pending.push(...(children.get(stat.pid) ?? []))
  }
  return [...tree.values()]
}

/** User and system seconds of the tree; children that ended are counted once they were waited for, in their parent. */
export function treeCpuSeconds(rootPids: readonly number[]): number {
  return findProcessTree(rootPids).reduce((sum, stat) => sum + stat.cpuTicks, 0) / ticksPerSecond
}

/** This process and the clients it waited for; servers it started count only once they have ended. */
export function ownCpuSeconds(): number {
  return (readStat(process.pid)?.cpuTicks ?? 0) / ticksPerSecond
}

/** Proportional set size: shared pages are split between those who share them, so a tree's sum counts each page once. */
export function treePssBytes(rootPids: readonly number[]): number {
  return findProcessTree(rootPids).reduce((sum, stat) => sum + pssBytesOf(stat.pid), 0)
}

/** Busy seconds of all CPUs since boot: whatever is not idle or waiting for a disk. */
export function machineCpuSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = readFileSync('/proc/stat', 'latin1')
    .split('\n', 1)[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softIrq) / ticksPerSecond
}

function readAllStats(): ProcessStat[] {
  const stats: ProcessStat[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readStat(Number(name))
    if (stat !== undefined) stats.push(stat)
  }
  return stats
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined // ended since the folder was listed
  }
}

/** proc(5): the command name may hold spaces and brackets, so fields are counted from the last one. */
export function parseStat(pid: number, text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // utime, stime, cutime and cstime are fields 14 to 17; the first one here is field 3.
  const cpuTicks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0)
  return { pid, parentPid: Number(fields[1]), cpuTicks }
}

function pssBytesOf(pid: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}
