import { endpoints } from '@argus/contract';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { previewPolicy } from '../policy/preview-policy.ts';
import { administered } from './administered.ts';

export const adminPolicyPreviewRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminPreviewPolicy, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const preview = await previewPolicy(services, tenant, call.body);
      return isRefused(preview) ? problemAnswer(preview) : { status: 200, json: preview };
    }),
  ),
];
