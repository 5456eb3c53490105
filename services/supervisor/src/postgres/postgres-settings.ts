/** Settings of the embedded PostgreSQL, passed on its command line: they win over whatever the data folder holds. */
export function postgresSettings(port: number): Readonly<Record<string, string>> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // A socket's path may not exceed 107 bytes, and data folders can lie deep: loopback only.
    unix_socket_directories: '',
    max_connections: '60',
    // Modest: it shares the machine with everything else, and the page cache does the rest.
    shared_buffers: '128MB',
    work_mem: '16MB',
    maintenance_work_mem: '64MB',
    max_wal_size: '1GB',
    // The archive promises that an acknowledged commitment survives a crash.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    wal_compression: 'pglz',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    // The text of a failed statement, or its parameters, may hold patient data.
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
    jit: 'off',
  }
}

/** As command line arguments: `-c name=value`. */
export function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
