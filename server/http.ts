/** The HTTP server: security headers on everything, then the interface for scripts, then the pages. It does not know what pages are made with. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Api } from './api.ts';
import { KEPT_FOR_EVER, problem, send } from './apiAnswers.ts';
import type { Log } from './log.ts';
import { setSecurityHeaders } from './securityHeaders.ts';

export type Pages = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Files of the built-in networks: another content has another name. */
const NAMED_BY_HASH = /^\/builtins\/[0-9a-f]{64}\.safetensors$/;

type Dependencies = { readonly api: Api; readonly pages: Pages; readonly log: Log; readonly isDevelopment: boolean };

/** Answers requests on a server that may be listening for sockets as well. */
export function serveHttp(server: Server, { api, pages, log, isDevelopment }: Dependencies): void {
  server.on('request', (request, response) => {
    // Socket.IO answers these itself.
    if (request.url?.startsWith('/socket.io/')) return;
    setSecurityHeaders(request, response, isDevelopment);
    if (NAMED_BY_HASH.test(request.url ?? '')) response.setHeader('Cache-Control', KEPT_FOR_EVER);
    answer(request, response).catch((error: unknown) => {
      log.error('http.failed', error, { method: request.method ?? '', path: (request.url ?? '').split('?')[0]!.slice(0, 120) });
      if (response.headersSent) response.destroy();
      else send(response, problem(500, 'the server failed on this request; it has been logged'));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = await api(request);
    if (found) send(response, found);
    else await pages(request, response);
  }
}

/** Slow requests are cut off: a header within ten seconds, a whole request within thirty. */
export const createHttpServer = (): Server => createServer({ headersTimeout: 10_000, requestTimeout: 30_000 });
