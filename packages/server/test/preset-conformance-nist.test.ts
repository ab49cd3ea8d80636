import { drive } from './preset-drive.ts';

drive(['nist-aal1', 'nist-aal2', 'nist-aal3']);
