/** What the caller may loosen; only throw-away databases of tests do. */
export interface Durability {
  /** False: a crash of the machine may lose or damage the database. */
  fsync: boolean;
}

/**
 * The settings of a running database, given on its command line so that nothing inside it can weaken them.
 * Sized for one Argus on a small machine.
 */
export function runningSettings(socketDirectory: string, durability: Durability): string[] {
  return asArguments({
    // The bundled OpenSSL and ICU are old: never on TCP.
    listen_addresses: '',
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    // A run of tests shares one throw-away server, each file with pools of its own.
    max_connections: durability.fsync ? '100' : '300',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    password_encryption: 'scram-sha-256',
    cluster_name: 'argus',
    logging_collector: 'off',
    log_destination: 'stderr',
    fsync: durability.fsync ? 'on' : 'off',
    full_page_writes: durability.fsync ? 'on' : 'off',
    synchronous_commit: durability.fsync ? 'on' : 'off',
  });
}

/** Settings of the single-user mode: a failing statement must not put a password into an error's text. */
export function singleUserSettings(durability: Durability): string[] {
  return asArguments({
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    fsync: durability.fsync ? 'on' : 'off',
  });
}

function asArguments(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
