import { drive } from './preset-drive.ts';

drive(['pci-dss', 'hipaa', 'soc2']);
