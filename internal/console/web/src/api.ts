import { say, sentence } from './messages';
import type { Ended, Line, Problem } from './types';

const storage = 'incident-console-session';

/** Failure is an answer that says why something failed, or that there was no answer. */
export class Failure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** isNoRight says that what was read before must not be shown any more. */
export const isNoRight = (problem?: Problem) => problem?.kind === 'forbidden' || problem?.kind === 'expired';

/** inCluster says that one signs in with an issuer. That console is served by https alone, the one of the command by http alone. */
export const inCluster = location.protocol === 'https:';

// In the cluster a cookie is the session, which no script sees: only an answer says that it has ended.
let over = false;

export const signedIn = () => (inCluster ? !over : localStorage.getItem(storage) !== null);

/** toIssuer leaves for the sign-in, which comes back to this page. */
export const toIssuer = () => location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);

let onEnd = () => {};

function end() {
  over = true;
  localStorage.removeItem(storage);
  onEnd();
}

// Signing out in one tab is told to the others.
window.addEventListener('storage', (event) => { if (!inCluster && (event.key === storage || event.key === null) && !signedIn()) end(); });

/** whenSessionEnds is called when the server does not know the session any more. */
export function whenSessionEnds(call: () => void) {
  onEnd = call;
}

/** signIn buys a session with the code in the address, if there is one, and takes it out of the address. */
export async function signIn(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (!code) return;
  history.replaceState(null, '', location.pathname + location.search);
  const { token } = await send<{ token: string }>('POST', '/session', { code });
  localStorage.setItem(storage, token);
}

export async function signOut(): Promise<void> {
  const answer = await request('DELETE', '/session').catch(() => undefined);
  end();
  if (answer?.status === 200) location.assign((await answer.json()).to); // Where the issuer ends its own session.
}

// skew is by how much the clock of the server is ahead of the one of this machine, in milliseconds.
let skew = 0;

/** serverNow is the time by the clock of the server, so that a wrong clock of this machine makes no time wrong. */
export const serverNow = () => Date.now() + skew;

/** tellTime takes the time of an answer, which has whole seconds. A second or two are the way, and no wrong clock. */
function tellTime(answer: Response) {
  const ahead = Date.parse(answer.headers.get('Date') ?? '') - Date.now();
  if (!Number.isNaN(ahead)) skew = Math.abs(ahead) > 5000 ? ahead : 0;
}

async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = inCluster ? {} : { Authorization: `Bearer ${localStorage.getItem(storage) ?? ''}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure({ kind: 'offline', message: inCluster ? say.app.noAnswer : say.app.noCommand });
  }
  tellTime(answer);
  if (answer.ok) return answer;
  const problem: Problem = await answer.json().catch(() => ({ kind: 'request', message: sentence(say.app.answered, { status: String(answer.status) }) }));
  if (problem.kind === 'session' && path !== '/session') end();
  throw new Failure(problem);
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return (await request(method, path, body, signal)).json();
}

/** getFile reads what is to be saved as a file. */
export const getFile = async (path: string): Promise<Blob> => (await request('GET', path)).blob();

export const get = <T>(path: string, signal?: AbortSignal) => send<T>('GET', path, undefined, signal);
export const post = <T>(path: string, body: unknown, signal?: AbortSignal) => send<T>('POST', path, body, signal);

/** postLines calls tell with each line of the answer as it comes. */
export async function postLines(path: string, body: unknown, tell: (line: Ended) => void): Promise<void> {
  const answer = await request('POST', path, body);
  for await (const line of lines(answer)) if (line) tell(JSON.parse(line));
}

async function* lines(answer: Response): AsyncGenerator<string> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const whole = (rest + value).split('\n');
    rest = whole.pop()!;
    yield* whole;
  }
  yield rest;
}

/** News is what changed in the cluster, with the incidents of which alerts did, or why nothing can be known of it. */
export interface News { version: number; lines: Line[]; gone?: string[]; alerts?: string[]; ready: boolean; problem?: Problem; offline?: boolean }

const listeners = new Set<(news: News) => void>();

/** onNews calls listen with what changes, until the function that it returns is called. */
export function onNews(listen: (news: News) => void): () => void {
  listeners.add(listen);
  return () => void listeners.delete(listen);
}

const tell = (news: News) => listeners.forEach((listen) => listen(news));

let following = false;

/** follow reads the stream of events, and begins anew when it breaks. One stream is enough for all pages. */
export async function follow(): Promise<void> {
  if (following) return;
  following = true;
  try {
    await read();
  } finally {
    following = false;
  }
}

async function read(): Promise<void> {
  let wait = 500;
  while (signedIn()) {
    let busy: Problem | undefined;
    try {
      const answer = await request('GET', '/api/events');
      wait = 500;
      for await (const line of lines(answer)) if (line.startsWith('data: ')) tell(JSON.parse(line.slice(6)));
    } catch (error) {
      if (!(error instanceof Failure) && !(error instanceof TypeError)) throw error;
      if (error instanceof Failure && error.problem.kind === 'busy') busy = error.problem;
    }
    if (!signedIn()) return;
    tell({ version: 0, lines: [], ready: false, offline: !busy, problem: busy });
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, 5000);
  }
}
