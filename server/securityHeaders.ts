/**
 * What every response says to the browser: run only our own scripts, be framed by nobody, isolate from other sites.
 *
 * A worker takes its policy from the response of its own script, so static files have one too.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), compute-pressure=(self)',
} as const;

/** Sets them on the response, and the policy on the request: Next takes its nonce from there. */
export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse, isDevelopment: boolean): void {
  const policy = request.url?.startsWith('/_next/static/') ? policyForStatic(isDevelopment) : policyForPages(isDevelopment);
  request.headers['content-security-policy'] = policy;
  response.setHeader('Content-Security-Policy', policy);
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

function policyForStatic(isDevelopment: boolean): string {
  return `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'${isDevelopment ? " 'unsafe-eval'" : ''}; connect-src 'self'; worker-src 'self'`;
}

function policyForPages(isDevelopment: boolean): string {
  const nonce = randomBytes(16).toString('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'wasm-unsafe-eval'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; ');
}
