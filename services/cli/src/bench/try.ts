import { quickLoads } from './data.ts'
import { benchIngest } from './ingest.ts'

const r = await benchIngest({
  cells: (process.argv[2] ?? 'storescp,storescp-fork,orthanc-sqlite,orthanc-postgresql')
    .split(',')
    .map((server) => ({ server: server as never, load: 'ct', client: 'dcmsend', associations: 1, noDelay: true })),
  sizes: quickLoads,
  runs: 1,
  folder: '/tmp/vna-bench',
  signal: new AbortController().signal,
  onRun: (c, f) => console.log(c.server, JSON.stringify(f)),
})
