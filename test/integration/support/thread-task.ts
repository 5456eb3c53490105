/** What a thread of the tests does: nothing, too long, too much, or wrong. */
export type ThreadTask =
  | { readonly kind: 'echo'; readonly bytes?: Uint8Array }
  | { readonly kind: 'spin'; readonly ms?: number }
  | { readonly kind: 'hoard' }
  | { readonly kind: 'fail' }

export interface ThreadAnswer {
  readonly bytes: Uint8Array | undefined
}

export default function doTask(task: ThreadTask): ThreadAnswer {
  if (task.kind === 'fail') throw new Error('a mistake')
  if (task.kind === 'spin') spin(task.ms ?? Number.POSITIVE_INFINITY)
  if (task.kind === 'hoard') hoard()
  return { bytes: task.kind === 'echo' ? task.bytes : undefined }
}

function spin(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

function hoard(): void {
  const kept: number[][] = []
  for (;;) kept.push(Array.from({ length: 100_000 }, (_, number) => number + kept.length))
}
