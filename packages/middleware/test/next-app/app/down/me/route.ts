import { doorOf, me } from '../../../doors.ts';

export const GET = doorOf('down')(me);
