import { drive } from './preset-drive.ts';

drive(['balanced', 'strict', 'relaxed']);
