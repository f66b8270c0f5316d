/**
 * The HTTP interface for scripts and for what pages do outside a session. Prose in docs/PROTOCOL.md.
 *
 * Whoever knows a session's id may look, as with a view link; its key in an Authorization header may place slices.
 */
import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import { read, type Parsed } from '#lib/parsed.ts';
import { readCode } from '#lib/session/joinCode.ts';
import { sliceIdSchema } from '#lib/slice/recipe.ts';
import { createSessionSchema, joinSchema, type CreatedSession, type JoinedSession } from '#lib/wire/api.ts';
import { surfaceManifest } from '#lib/wire/manifest.ts';
import { problem, readBody, unreadable, type Answer } from './apiAnswers.ts';
import type { Clock } from './clock.ts';
import { reportHonesty, reportSurface } from './sliceReport.ts';
import { createFilesApi, showBytes } from './filesApi.ts';
import type { LiveSession } from './liveSession.ts';
import { createBuckets } from './rateLimit.ts';
import type { SessionRegister } from './sessionRegister.ts';
import { isKeyOf, type Tokens } from './tokens.ts';
import { visitorAddress } from './visitorAddress.ts';

/** Codes that do not exist, per address: a whole class shares one, and successes are free. */
const WRONG_CODES = { burst: 20, perSecond: 20 / 60 };
/** Sessions made, per address. */
const NEW_SESSIONS = { burst: 300, perSecond: 2 };
/** A large surface takes the server a while to write down, and needs no key. */
const SLICE_CALLS = { burst: 200, perSecond: 20 };
/** Each may be large, and is hashed. */
const FILES = { burst: 120, perSecond: 4 };
const TOO_MANY = problem(429, 'too many questions about slices from here: wait a moment');

type Dependencies = {
  readonly register: SessionRegister;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly publicUrl: string | null;
  readonly trustProxy: boolean;
};

type Handler = (request: IncomingMessage, captured: readonly string[], query: URLSearchParams) => Promise<Answer>;
type Route = { readonly path: RegExp; readonly methods: Readonly<Record<string, Handler>> };

/** Null for an address that is not of the interface. */
export type Api = (request: IncomingMessage) => Promise<Answer | null>;

export function createApi({ register, tokens, clock, publicUrl, trustProxy }: Dependencies): Api {
  const wrongCodes = createBuckets(WRONG_CODES, clock.now);
  const newSessions = createBuckets(NEW_SESSIONS, clock.now);
  const files = createBuckets(FILES, clock.now);
  const slices = createBuckets(SLICE_CALLS, clock.now);

  const addressOf = (request: IncomingMessage): string => visitorAddress(request, trustProxy);

  const originOf = ({ headers, socket }: IncomingMessage): string => {
    if (publicUrl !== null) return publicUrl;
    const isSecure = 'encrypted' in socket || (trustProxy && headers['x-forwarded-proto'] === 'https');
    return `${isSecure ? 'https' : 'http'}://${headers.host ?? 'localhost'}`;
  };

  /** Reads the body by a schema and goes on with its value. */
  async function withBody<T>(request: IncomingMessage, schema: z.ZodMiniType<T>, act: (value: T) => Promise<Answer>): Promise<Answer> {
    const body = await readBody(request);
    if (!isParsed(body)) return body;
    const outcome = body.ok ? read(schema, body.value) : body;
    return outcome.ok ? act(outcome.value) : unreadable(outcome.problems);
  }

  async function withSession(id: string, act: (session: LiveSession) => Promise<Answer>): Promise<Answer> {
    const held = await register.hold(id);
    if (!held) return problem(404, 'there is no session with this id');
    try {
      return await act(held.session);
    } finally {
      held.release();
    }
  }

  async function refusalFor(request: IncomingMessage, sessionId: string): Promise<Answer | null> {
    const record = await register.storage.session(sessionId);
    if (!record) return problem(404, 'there is no session with this id');
    const [, key] = /^Bearer (\S{1,200})$/.exec(request.headers.authorization ?? '') ?? [];
    if (key === undefined) return problem(401, 'send the key of the edit link as Authorization: Bearer KEY', undefined, { 'WWW-Authenticate': 'Bearer' });
    return isKeyOf(key, record.editKeyHash) ? null : problem(403, 'this is not the key of the session');
  }

  const filesApi = createFilesApi({ storage: register.storage, clock, refusalFor });

  const createSession: Handler = (request) =>
    withBody(request, createSessionSchema as z.ZodMiniType<{ title?: string | undefined }>, async ({ title }) => {
      if (newSessions(addressOf(request)).take() === null) return problem(429, 'too many sessions were made from here: wait a moment');
      const { record, key } = await register.create();
      if (title !== undefined) {
        const named = await withSession(record.id, async (session) => {
          const outcome = await session.scripts.setTitle(title);
          return outcome.ok ? { status: 200, body: null } : unreadable(outcome.problems);
        });
        if (named.status !== 200) return named;
      }
      const link = `${originOf(request)}/s/${record.id}`;
      const body: CreatedSession = { id: record.id, code: record.code, key, editLink: `${link}#key=${key}`, viewLink: link };
      return { status: 201, body, headers: { Location: `/s/${record.id}` } };
    });

  const joinByCode: Handler = (request) =>
    withBody(request, joinSchema as z.ZodMiniType<{ code: unknown }>, async ({ code: typed }) => {
      const code = readCode(typed);
      if (!code.ok) return unreadable(code.problems);
      const failures = wrongCodes(addressOf(request));
      // Right codes too, or guessing could go on and look only at what is not refused.
      if (failures.isEmpty()) return problem(429, 'too many codes that do not exist were tried from here: wait a minute');
      const record = await register.storage.sessionByCode(code.value);
      if (record) return { status: 200, body: { id: record.id, key: tokens.editKey(record.id) } satisfies JoinedSession };
      failures.take();
      const unknown = 'no session has this code: check it with the person who gave it to you';
      return problem(404, unknown, [{ path: 'code', message: unknown }]);
    });

  const placeSlice: Handler = async (request, [id]) => {
    if (slices(addressOf(request)).take() === null) return TOO_MANY;
    const refusal = await refusalFor(request, id!);
    if (refusal) return refusal;
    return withBody(request, z.unknown() as z.ZodMiniType<unknown>, (recipe) =>
      withSession(id!, async (session) => {
        const placed = await session.scripts.place(recipe);
        if (!placed.ok) return unreadable(placed.problems);
        const { sliceId, isNew } = placed.value;
        return { status: isNew ? 201 : 200, body: await session.scripts.progress(sliceId), headers: { Location: `/api/v1/sessions/${id}/slices/${sliceId}` } };
      }),
    );
  };

  /** Something about a slice of a session, or 404. */
  const aboutSlice = (request: IncomingMessage, id: string, sliceId: string, tell: (session: LiveSession) => Promise<unknown>): Promise<Answer> => {
    if (slices(addressOf(request)).take() === null) return Promise.resolve(TOO_MANY);
    if (!read(sliceIdSchema, sliceId).ok) return Promise.resolve(problem(404, 'this is not the id of a slice'));
    return withSession(id, async (session) => {
      const body = await tell(session);
      return body === null ? problem(404, 'this session has no slice with this id') : { status: 200, body };
    });
  };

  const showProgress: Handler = (request, [id, sliceId]) => aboutSlice(request, id!, sliceId!, (session) => session.scripts.progress(sliceId!));

  const showSurface: Handler = async (request, [id, sliceId], query) => {
    const format = query.get('format') ?? 'json';
    if (format !== 'json') return problem(400, `there is no format ${format.slice(0, 20)}: use format=json`);
    return aboutSlice(request, id!, sliceId!, async (session) => {
      const about = session.scripts.about(sliceId!);
      return about && reportSurface(register.storage, about);
    });
  };

  const showManifest: Handler = (request, [id, sliceId]) => aboutSlice(request, id!, sliceId!, async (session) => {
      const about = session.scripts.about(sliceId!);
      return about && surfaceManifest(about.recipe, about.network, about.runs, originOf(request), await reportHonesty(register.storage, about));
    });

  const showTile: Handler = (request, [digest]) => showBytes(request, digest!, register.storage, 'no tile has this hash');

  const putFile: Handler = async (request, [id, digest]) =>
    files(addressOf(request)).take() === null ? problem(429, 'too many files were sent from here: wait a moment') : filesApi.put(request, id!, digest!);

  const showFile: Handler = (request, [digest]) => filesApi.show(request, digest!);

  const showHealth: Handler = async () => ({ status: 200, body: { status: 'ok', sessions: register.openSessions } });

  const routes: readonly Route[] = [
    { path: /^\/healthz$/, methods: { GET: showHealth } },
    { path: /^\/api\/v1\/sessions$/, methods: { POST: createSession } },
    { path: /^\/api\/v1\/join$/, methods: { POST: joinByCode } },
    { path: /^\/api\/v1\/sessions\/([\w-]{1,40})\/slices$/, methods: { POST: placeSlice } },
    { path: /^\/api\/v1\/sessions\/([\w-]{1,40})\/slices\/([^/]{1,80})$/, methods: { GET: showProgress } },
    { path: /^\/api\/v1\/sessions\/([\w-]{1,40})\/slices\/([^/]{1,80})\/surface$/, methods: { GET: showSurface } },
    { path: /^\/api\/v1\/sessions\/([\w-]{1,40})\/slices\/([^/]{1,80})\/manifest$/, methods: { GET: showManifest } },
    { path: /^\/api\/v1\/sessions\/([\w-]{1,40})\/files\/([^/]{1,80})$/, methods: { PUT: putFile } },
    { path: /^\/api\/v1\/files\/([^/]{1,80})$/, methods: { GET: showFile } },
    { path: /^\/api\/v1\/tiles\/([^/]{1,80})$/, methods: { GET: showTile } },
  ];

  return async (request) => {
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    if (path !== '/healthz' && path !== '/api' && !path.startsWith('/api/')) return null;
    for (const { path: pattern, methods } of routes) {
      const match = pattern.exec(path);
      if (!match) continue;
      const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
      const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (handler) return handler(request, match.slice(1), new URLSearchParams(query));
      return problem(405, `${request.method} is not done here`, undefined, { Allow: Object.keys(methods).join(', ') });
    }
    return problem(404, 'there is nothing at this address: see docs/PROTOCOL.md');
  };
}

const isParsed = (outcome: Parsed<unknown> | Answer): outcome is Parsed<unknown> => 'ok' in outcome;
