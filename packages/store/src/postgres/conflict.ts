/** What PostgreSQL gives up so that others can go on: serialisation failure and deadlock (appendix A). */
const conflicts = new Set(['40001', '40P01']);
const tries = 3;

/** Work that is done whole or not at all, tried three times in all when it was given up; every other fault throws. */
export async function retryingConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const code = (error as { code?: string }).code ?? ''; // pg marks its errors with SQLSTATE in `code`
      if (attempt >= tries || !conflicts.has(code)) throw error;
    }
  }
}
