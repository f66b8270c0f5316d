/** The tables of the embedded database, and how an older file becomes a newer one. */
import type { Client } from '@libsql/client';

/** Step n takes a file of version n to n + 1; a step is never changed once released. */
const STEPS: readonly (readonly string[])[] = [
  [
    'create table sessions (id text primary key, code text not null unique, edit_key_hash text not null, created_at integer not null)',
    'create table updates (session text not null, seq integer not null, author text not null, bytes blob not null, primary key (session, seq))',
    'create table snapshots (session text primary key, seq integer not null, bytes blob not null)',
    'create table client_ids (session text not null, client_id integer not null, person text not null, primary key (session, client_id))',
    'create table people (session text not null, id text not null, name text not null, primary key (session, id))',
    `create table tiles (tile text primary key, slice text not null, digest text not null, by text not null, by_name text not null,
       backend text not null, verified integer not null, at integer not null)`,
    'create index tiles_of_slice on tiles (slice)',
    'create table blobs (digest text primary key, bytes blob not null)',
    'create table secrets (name text primary key, bytes blob not null)',
  ],
  ['create table files (session text not null, digest text not null, bytes integer not null, at integer not null, primary key (session, digest))'],
  [
    `create table units (session text not null, unit text not null, digest text not null, by text not null, by_name text not null,
       backend text not null, ms real not null, verified text, at integer not null, primary key (session, unit))`,
    `create table kept_units (session text not null, unit text not null, digest text not null, by text not null, by_name text not null,
       share real not null, at integer not null, primary key (session, unit))`,
  ],
  [
    "alter table tiles add column device text not null default ''",
    'alter table tiles add column proof text',
    'alter table tiles add column agreed integer not null default 0',
    'alter table tiles add column rechecked integer not null default 0',
    // Until now a tile was verified when one of its points was.
    "update tiles set proof = 'points', agreed = 1 where verified = 1",
    'create index tiles_of_device on tiles (device)',
    `create table devices (key text primary key, person text not null, state text not null, since integer not null, passed real not null,
       passed_at integer not null, compared integer not null, mismatched integer not null, catches integer not null)`,
    'create table votes (tile text not null, by text not null, against text not null, at integer not null)',
  ],
  ['alter table files add column state integer not null default 0', 'create index files_of_digest on files (digest)', 'create index kept_of_digest on kept_units (digest)'],
];

/** @throws when the file was written by a newer version: opening it could harm it */
export async function prepareSchema(client: Client, file: string): Promise<void> {
  // Durable on power loss, not only when the process is killed.
  await client.execute('pragma journal_mode = wal');
  await client.execute('pragma synchronous = full');
  await client.execute('pragma busy_timeout = 5000');
  const version = Number((await client.execute('pragma user_version')).rows[0]!['user_version']);
  if (version > STEPS.length) throw new Error(`${file} has format ${version}, this version of Tarn reads up to ${STEPS.length}`);
  for (let step = version; step < STEPS.length; step++) {
    await client.batch([...STEPS[step]!, `pragma user_version = ${step + 1}`], 'write');
  }
}
