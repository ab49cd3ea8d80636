export * from './browser.ts';
export * from './clock.ts';
export * from './random.ts';
export * from './seeded.ts';
