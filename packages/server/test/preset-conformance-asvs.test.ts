import { drive } from './preset-drive.ts';

drive(['asvs-l1', 'asvs-l2', 'asvs-l3']);
