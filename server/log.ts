/** What the server says about itself: one line per event, as JSON for machines or as text for people. Never a key or a token. */

export type LogFormat = 'json' | 'text';
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

export type Log = {
  readonly info: (event: string, facts?: Facts) => void;
  readonly warn: (event: string, facts?: Facts) => void;
  readonly error: (event: string, error: unknown, facts?: Facts) => void;
};

export function createLog(format: LogFormat, write: (line: string) => void, date: () => number): Log {
  const say = (level: string, event: string, facts: Facts) => {
    const at = new Date(date()).toISOString();
    if (format === 'json') return write(JSON.stringify({ at, level, event, ...facts }));
    const rest = Object.entries(facts).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    write(`${at} ${level} ${event}${rest.join('')}`);
  };
  return {
    info: (event, facts = {}) => say('info', event, facts),
    warn: (event, facts = {}) => say('warn', event, facts),
    error: (event, error, facts = {}) => say('error', event, { ...facts, message: wordsOf(error) }),
  };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
