import { drive } from './preset-drive.ts';

drive(['fedramp-moderate', 'fedramp-high']);
