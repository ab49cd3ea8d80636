/** Jobs of Argus that a test of another room runs by hand; what they need is in `server.argus.services`. */
export { deliverLogouts } from '@argus/server';
