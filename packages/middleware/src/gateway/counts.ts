/** Counted since the start. */
export interface GatewayCounts {
  signIns: number;
  signInsRefused: number;
  refreshes: number;
  refreshesFailed: number;
  refreshesRefused: number;
  refreshesShared: number;
  signOuts: number;
  logoutsReceived: number;
}

export function noCounts(): GatewayCounts {
  return {
    signIns: 0,
    signInsRefused: 0,
    refreshes: 0,
    refreshesFailed: 0,
    refreshesRefused: 0,
    refreshesShared: 0,
    signOuts: 0,
    logoutsReceived: 0,
  };
}
