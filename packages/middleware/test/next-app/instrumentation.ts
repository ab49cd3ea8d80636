import { contractApp } from './doors.ts';

export function onRequestError(fault: unknown): void {
  contractApp().faults.push(fault);
}
