import { readFileSync } from 'node:fs';

/** Busy CPU seconds of the whole machine so far; Linux only, NaN elsewhere. */
export function machineBusySeconds(): number {
  try {
    const fields = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? [];
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
    return (user + nice + system + irq + softirq) / 100;
  } catch {
    return Number.NaN;
  }
}
