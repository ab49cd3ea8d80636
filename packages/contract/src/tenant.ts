import { z } from 'zod';
import { planAddOns, tenantPlans } from './vocabulary.ts';

/** What hosts and domains of a tenant are made of: a name in the DNS, in its one spelling, and no address. */
export const dnsNameSchema = z
  .string()
  .min(3)
  .max(253)
  .regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be a name such as login.example, in lower case and without a port',
  );

const eachOnce = (names: readonly string[]) => new Set(names).size === names.length;

/** What is set of a tenant. */
export const tenantSettingsSchema = z.strictObject({
  /** What people read. */
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u)
    .nullable(),
  /** Hosts that are this tenant's alone; its mails lead to the first one. */
  hosts: z.array(dnsNameSchema).max(10).refine(eachOnce, 'names a host twice'),
  /** E-mail domains whose people sign in here, where nothing else says whose they are. */
  domains: z.array(dnsNameSchema).max(100).refine(eachOnce, 'names a domain twice'),
  plan: z.enum(tenantPlans),
  addOns: z.array(z.enum(planAddOns)).max(planAddOns.length).refine(eachOnce, 'names an add-on twice'),
});
export type TenantSettings = z.output<typeof tenantSettingsSchema>;

/** The same, of which only what is given is set. */
export const tenantChangesSchema = tenantSettingsSchema.partial();
export type TenantChanges = z.output<typeof tenantChangesSchema>;
