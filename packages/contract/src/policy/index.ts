export * from './document.ts';
export * from './settings.ts';
export * from './vocabulary.ts';
