/** The environment as settings. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';

describe('settings', () => {
  it('[H7] nothing has to be set', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ ok: true, value: { host: '0.0.0.0', port: 3000, dataDir: resolve('data'), publicUrl: null, maxPeople: 300, probeThreads: 1, truthBudget: 1e9, trustProxy: false, isDevelopment: false } });
  });

  it('[H7] takes what is set, and an empty variable as not set', () => {
    const config = readConfig({ PORT: '8080', HOST: '', PUBLIC_URL: 'https://tarn.example.org/', MAX_PEOPLE: '30', PROBE_THREADS: '3', TRUTH_BUDGET: '5000000', TRUST_PROXY: '1', PATH: '/bin' });
    expect(config).toMatchObject({ ok: true, value: { host: '0.0.0.0', port: 8080, publicUrl: 'https://tarn.example.org', maxPeople: 30, probeThreads: 3, truthBudget: 5e6, trustProxy: true } });
  });

  it.each([{ PORT: 'http' }, { PORT: '70000' }, { PUBLIC_URL: 'tarn.example.org' }, { PUBLIC_URL: 'javascript:alert(1)' }, { MAX_PEOPLE: '0' }, { PROBE_THREADS: '0' }, { TRUTH_BUDGET: '5' }, { LOG_FORMAT: 'xml' }])(
    '[H7] %j is refused, and the words name the variable',
    (environment) => {
      const config = readConfig(environment);
      expect(config.ok).toBe(false);
      if (!config.ok) expect(config.problems.map(({ path, message }) => `${path} ${message}`).join()).toContain(Object.keys(environment)[0]);
    },
  );
});
