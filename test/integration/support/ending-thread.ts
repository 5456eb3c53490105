import describeInThread, {
  type DescribeAnswer,
  type DescribeOrder,
} from '../../../services/archiver/src/describing/describe-thread.ts'

/** Ends its thread at the members that the key names, as a thread without memory would: `packs/ends-at-2-5.tar`. */
export default async function endAtMembers(order: DescribeOrder): Promise<DescribeAnswer> {
  const fatal = /ends-at-([\d-]+)/.exec(order.packKey)?.[1]?.split('-').map(Number) ?? []
  const wanted = fatal.find((seq) => !order.undescribable.has(seq) && seq < (order.undescribableFrom ?? seq + 1))
  const isAlone = order.onlySeq !== undefined
  // `harmless-alone`: it is only among the others that it takes too much.
  if (wanted !== undefined && !(isAlone && order.packKey.includes('harmless-alone'))) {
    Atomics.store(new Int32Array(order.progress), 0, order.onlySeq ?? wanted)
    process.exit(1)
  }
  return describeInThread(order)
}
