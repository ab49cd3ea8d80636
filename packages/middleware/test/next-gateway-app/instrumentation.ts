import { contractApp } from './session.ts';

export function onRequestError(fault: unknown): void {
  contractApp().faults.push(fault);
}
