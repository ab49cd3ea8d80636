import { ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

/** The paths that Argus answers. Its administration is not among them: that stays off the public origin. */
const argusPaths =
  /^\/(?:sign-in|sign-up|sign-out|step-up|account|link|recover|reset|verify-email|undo|stop-recovery|(?:sign-in|step-up|account|assets|api|\.well-known)\/.+)$/;

export function isArgusPath(path: string): boolean {
  return argusPaths.test(path) && !path.includes('..');
}

/**
 * Hand Argus's paths on to Argus, as a reverse proxy in production would, so that the browser sees one origin.
 * Cookies, `Host`, `Origin` and `Sec-Fetch-*` pass untouched: Argus judges them.
 */
export function forwardToArgus(argusUrl: string) {
  return createProxyMiddleware<Request, Response>({
    target: argusUrl,
    changeOrigin: false,
    pathFilter: isArgusPath,
    proxyTimeout: 15_000,
    on: {
      proxyReq(outgoing, incoming) {
        // Set, not appended: what the caller wrote there is only a claim, and this is the outermost proxy.
        outgoing.setHeader('x-forwarded-for', incoming.socket.remoteAddress ?? '');
        outgoing.setHeader('x-forwarded-proto', incoming.protocol);
        outgoing.removeHeader('forwarded');
      },
      error(_error, _incoming, response) {
        if (!(response instanceof ServerResponse)) return void response.destroy();
        if (response.headersSent) return void response.destroy();
        response.writeHead(502, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
        response.end(JSON.stringify({ title: 'Argus cannot be reached at the moment.', status: 502 }));
      },
    },
  });
}
