import { contractApp, doorOf } from '../../../doors.ts';

export const GET = doorOf('nonce')(() => contractApp().stream());
