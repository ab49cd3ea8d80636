/** Another living process owns the data directory; nothing of it was touched. */
export class DataDirectoryInUse extends Error {
  readonly dataDir: string;
  /** The owner's process id, when it could be read. */
  readonly ownerPid: number | null;

  constructor(dataDir: string, ownerPid: number | null) {
    const owner = ownerPid === null ? 'another process' : `process ${ownerPid}`;
    super(
      `The data directory ${dataDir} is in use by ${owner}. Stop that server, or choose another directory.`,
    );
    this.name = 'DataDirectoryInUse';
    this.dataDir = dataDir;
    this.ownerPid = ownerPid;
  }
}

/** The embedded PostgreSQL cannot run here; the message says why and names the way out. */
export class PostgresUnavailable extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(
      `The embedded PostgreSQL cannot run: ${reason} ` +
        '(Or set DATABASE_URL to a PostgreSQL 15 or newer of your own.)',
      options,
    );
    this.name = 'PostgresUnavailable';
  }
}
