import { drive } from './preset-drive.ts';

drive(['iso27001', 'gdpr']);
