/** SQLSTATE classes of a server that is gone, going or full (PostgreSQL appendix A), and what sockets say then. */
const states = /^(08|53|57P0[1-5])/;
const sockets = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT']);
const words =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether a fault means that the database cannot be asked now, rather than that the question was wrong. */
export function isUnavailable(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false;
  const code = 'code' in fault && typeof fault.code === 'string' ? fault.code : '';
  return states.test(code) || sockets.has(code) || words.test(fault.message);
}
