import { contractApp } from '../../../doors.ts';

export const dynamic = 'force-dynamic';

export function GET(): Response {
  return contractApp().stream();
}
