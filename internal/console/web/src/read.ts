import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure, get, onNews, type News } from './api';
import type { Problem } from './types';

/** Read is what is known of something that is read, or why nothing is. */
export interface Read<T> { found?: T; problem?: Problem; retry: () => void }

/** concerns says whether news are about an incident, or about its alerts. */
const concerns: Record<'incident' | 'alerts', (news: News, namespace: string, name: string) => boolean | undefined> = {
  incident: (news, namespace, name) => news.lines.some((line) => line.name === name && line.namespace === namespace) || news.gone?.includes(`${namespace}/${name}`),
  alerts: (news, namespace, name) => news.alerts?.includes(`${namespace}/${name}`) || concerns.incident(news, namespace, name),
};

/** useRead reads something of an incident, and again when that, or its alerts, change. What was read last stays until then. */
export function useRead<T>(path: string, namespace: string, name: string, of: 'incident' | 'alerts' = 'incident'): Read<T> {
  const [found, setFound] = useState<T>();
  const [problem, setProblem] = useState<Problem>();
  // One request at a time: news that come meanwhile ask once more when it is answered.
  const state = useRef({ path: '', busy: false, again: false });
  const read = () => {
    const now = state.current;
    if (now.busy && now.path === path) {
      now.again = true;
      return;
    }
    const asked: typeof now = { path, busy: true, again: false };
    state.current = asked;
    const current = () => state.current === asked;
    get<T>(path).then(
      (answer) => { if (current()) { setFound(answer); setProblem(undefined); } },
      (error) => { if (current() && error instanceof Failure) setProblem(error.problem); },
    ).finally(() => { asked.busy = false; if (current() && asked.again) latest.current(); });
  };
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => latest.current(), [path]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onNews((news) => {
      const concerned = concerns[of](news, namespace, name);
      if (!timer && (concerned || (problem && !news.offline && !news.problem))) timer = setTimeout(() => { timer = undefined; latest.current(); }, 150);
    });
    return () => { stop(); clearTimeout(timer); };
  }, [namespace, name, of, path, problem]);
  return { found, problem, retry: () => latest.current() };
}
