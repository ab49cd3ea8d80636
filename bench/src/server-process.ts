/** The server under measurement, in a process of its own: reads its configuration from the environment, answers CPU figures. */
import { judgeEnvironment, noLimits, readEnvironment, startArgus } from '@argus/server';

const { config, mistakes } = judgeEnvironment(readEnvironment(process.env));
if (!config) throw new Error(mistakes.join('\n'));
const argus = await startArgus(config, { withJobs: false, limits: noLimits });
process.send?.({ url: argus.url });
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (message === 'usage') process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() });
  if (message === 'stop') void argus.close().then(() => process.disconnect());
});
