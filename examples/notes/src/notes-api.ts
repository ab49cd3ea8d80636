import { personOf } from '@argus/middleware/express';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { createNotes, noteLength } from './notes.ts';

/** What a route asks of the person beyond being signed in. */
export type Guard = (requirement: { readonly maxAgeSeconds: number }) => RequestHandler;

/** The notes of whoever is signed in, as JSON. It stands behind a door that lets nobody else in. */
export function notesApi(guard: Guard, now: () => number): express.Router {
  const notes = createNotes(now);
  const api = express.Router();
  api.use(express.json({ limit: '16kb' }));
  api.get('/', (request, response) => {
    const { userId } = personOf(request);
    response.set('cache-control', 'no-store').json({ notes: notes.list(userId) });
  });
  api.post('/', (request, response) => {
    const text = textOf(request.body);
    if (text === null) return problem(response, 422, `A note has 1 to ${noteLength} characters.`);
    const note = notes.add(personOf(request).userId, text);
    if (note === null) return problem(response, 409, 'There is no room for more notes. Delete one first.');
    response.status(201).json(note);
  });
  // What cannot be taken back asks for a proof of the last five minutes (RFC 9470).
  api.delete('/', guard({ maxAgeSeconds: 300 }), (request, response) => {
    notes.removeAll(personOf(request).userId);
    response.status(204).end();
  });
  api.delete('/:id', (request, response) => {
    const isRemoved = notes.remove(personOf(request).userId, request.params.id);
    if (!isRemoved) return problem(response, 404, 'There is no such note.');
    response.status(204).end();
  });
  return api;
}

function textOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('text' in body)) return null;
  const { text } = body;
  if (typeof text !== 'string') return null;
  const trimmed = text.trim();
  return trimmed.length > 0 && trimmed.length <= noteLength ? trimmed : null;
}

/** RFC 9457. */
export function problem(response: express.Response, status: number, title: string): void {
  response.status(status).type('application/problem+json').json({ title, status });
}

/** What the caller did wrong with a body, without a stack trace. */
export const refuseBrokenBody: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  // express.json marks what the caller did wrong with a status below 500.
  const status = Number((error as { status?: unknown } | null)?.status);
  if (status >= 400 && status < 500) return problem(response, status, 'The request could not be read.');
  console.error(error);
  problem(response, 500, 'Something went wrong here.');
};
