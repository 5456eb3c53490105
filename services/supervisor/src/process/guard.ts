import { type ChildProcess, spawn } from 'node:child_process'

/**
 * A foreign daemon (PostgreSQL, Redis) behind a shell that reads a pipe from us. When we die, by SIGKILL too, the pipe
 * closes and the shell stops the daemon: nothing in Node or the shell offers PR_SET_PDEATHSIG.
 * States: running → (stop | daemon dies | we die) → ended.
 */
export interface GuardedProcess {
  /** The daemon's own pid. */
  readonly pid: number
  /** Resolves with the exit status when the daemon is gone. */
  readonly ended: Promise<number>
  signal(name: 'TERM' | 'INT' | 'QUIT' | 'KILL'): void
}

export interface GuardOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Whose process it is; ours when absent. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** How the daemon is asked to end when we are gone, and how long it may take before SIGKILL. */
  readonly stopSignal: 'TERM' | 'INT'
  readonly stopLimitSeconds: number
  readonly onOutput: (line: string) => void
}

// $1 stop signal, $2 limit in tenths of a second, the rest is the command. fd 0: our pipe, one signal name a line.
// fd 3: where the daemon's pid is told. The signals of a terminal are the supervisor's business.
const guardScript = `
trap '' INT TERM HUP QUIT
stop=$1; limit=$2; shift 2
exec 4<&0
(trap - INT TERM HUP QUIT; exec "$@" 3>&- 4<&- </dev/null) &
child=$!
echo "$child" >&3; exec 3>&-
(
  while read -r name <&4; do kill -s "$name" "$child"; done
  kill -s "$stop" "$child"
  while [ "$limit" -gt 0 ] && kill -0 "$child"; do sleep 0.1; limit=$((limit - 1)); done
  kill -s KILL "$child"
) >/dev/null 2>&1 &
watcher=$!
wait "$child"; status=$?
kill -s KILL "$watcher" 2>/dev/null
exit "$status"
`

/** Starts it; rejects when the command cannot be run at all. */
export async function startGuarded(o: GuardOptions): Promise<GuardedProcess> {
  const args = ['-c', guardScript, 'guard', o.stopSignal, String(o.stopLimitSeconds * 10), o.command, ...o.args]
  const shell = spawn('/bin/sh', args, {
    cwd: o.cwd,
    env: o.env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in a terminal reaches us only, and we stop things in order.
    detached: true,
    ...(o.user === undefined ? {} : { uid: o.user.uid, gid: o.user.gid }),
  })
  forwardLines(shell, o.onOutput)
  // Writing to a shell that has just ended is not an error of ours.
  shell.stdin?.on('error', () => undefined)
  const ended = new Promise<number>((resolve) => shell.on('exit', (code) => resolve(code ?? 1)))
  const pid = await readPid(shell)
  return { pid, ended, signal: (name) => void shell.stdin?.write(`${name}\n`) }
}

function readPid(shell: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    shell.on('error', reject)
    const pipe = shell.stdio[3] as NodeJS.ReadableStream
    let text = ''
    pipe.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
    })
    pipe.on('end', () => {
      const pid = Number(text.trim())
      if (pid > 0) resolve(pid)
      else reject(new Error('the guard did not start'))
    })
  })
}

/** Passes each line of stdout and stderr on. */
export function forwardLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      // A line without end must not fill the memory.
      if (rest.length > maxLineChars) lines.push(rest.slice(0, maxLineChars))
      if (rest.length > maxLineChars) rest = ''
      for (const line of lines) onLine(line)
    })
    stream?.on('end', () => rest !== '' && onLine(rest))
  }
}

const maxLineChars = 65_536
