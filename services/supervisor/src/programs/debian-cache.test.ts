import { describe, expect, it } from 'vitest'
import { parsePlan } from './debian-cache.ts'

describe('parsePlan', () => {
  it('reads what apt-get would install or upgrade', () => {
    const text = [
      'NOTE: This is only a simulation!',
      'Inst libjemalloc2 (5.3.0-1 Debian:12.15/oldstable [amd64])',
      'Inst libssl3:amd64 [3.0.15-1] (3.0.16-1 Debian:12.15/oldstable [amd64]) []',
      'Inst redis-server (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])',
      'Conf redis-server (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])',
    ].join('\n')
    expect(parsePlan(text)).toEqual([
      { name: 'libjemalloc2', version: '5.3.0-1' },
      { name: 'libssl3', version: '3.0.16-1' },
      { name: 'redis-server', version: '5:7.0.15-1~deb12u10' },
    ])
  })

  it('finds nothing where nothing is to be done', () => {
    expect(parsePlan('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')).toEqual([])
  })
})
