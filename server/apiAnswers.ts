/** How the HTTP interface answers: JSON, bytes, and errors as problem details (RFC 9457). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parsed, sayProblems, type Parsed, type Problem } from '#lib/parsed.ts';
import type { ProblemDetails } from '#lib/wire/api.ts';

export const MAX_BODY_BYTES = 64 * 1024;

export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of JSON. */
  readonly bytes?: Uint8Array;
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'A key is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not done here',
  413: 'Too large',
  415: 'Send JSON',
  507: 'The session is full',
  422: 'The request cannot be fulfilled',
  429: 'Too many tries',
  500: 'The server failed',
};

/** Of what is named by the hash of its bytes: it never changes. */
export const KEPT_FOR_EVER = 'public, max-age=31536000, immutable';

export function problem(status: number, detail: string, problems?: readonly Problem[], headers?: Readonly<Record<string, string>>): Answer {
  const body: ProblemDetails = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, ...(problems ? { problems } : {}) };
  return { status, body, ...(headers ? { headers } : {}) };
}

/** What is wrong with what was sent, beside its fields. */
export const unreadable = (problems: readonly Problem[]): Answer => problem(422, sayProblems(problems), problems);

export function send(response: ServerResponse, { status, body, headers = {}, bytes }: Answer): void {
  const content = bytes ?? Buffer.from(JSON.stringify(body));
  const type = bytes ? 'application/octet-stream' : status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': content.byteLength, 'Cache-Control': 'no-store', ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : content);
}

/** The bytes of a request, or the answer that says that they are too many. */
export async function readBytes(request: IncomingMessage, most: number): Promise<Uint8Array | Answer> {
  const tooLarge = problem(413, `a request here has at most ${most} bytes`, undefined, { Connection: 'close' });
  if (Number(request.headers['content-length'] ?? 0) > most) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > most) return tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The JSON of a request, or the answer that says why not. An empty body is an empty object. */
export async function readBody(request: IncomingMessage): Promise<Parsed<unknown> | Answer> {
  const type = request.headers['content-type'];
  const bytes = await readBytes(request, MAX_BODY_BYTES);
  if (!(bytes instanceof Uint8Array)) return bytes;
  if (bytes.byteLength === 0) return parsed({});
  if (type !== undefined && !/^application\/(\w+\+)?json\b/i.test(type)) return problem(415, `the body must be application/json, not ${type.slice(0, 60)}`);
  try {
    return parsed(JSON.parse(new TextDecoder().decode(bytes)) as unknown);
  } catch {
    return problem(400, 'the body is not JSON');
  }
}
