import { useCallback, useEffect, useState } from 'preact/hooks';
import { Failure, get, onNews } from './api';
import type { Problem } from './types';

/** Read is what is known of something that is read, or why nothing is. */
export interface Read<T> { found?: T; problem?: Problem; retry: () => void }

/** useRead reads something of an incident, and again when that changes. */
export function useRead<T>(path: string, namespace: string, name: string): Read<T> {
  const [found, setFound] = useState<T>();
  const [problem, setProblem] = useState<Problem>();
  const read = useCallback(() => {
    get<T>(path).then((answer) => { setFound(answer); setProblem(undefined); }, (error) => error instanceof Failure && setProblem(error.problem));
  }, [path]);
  useEffect(read, [read]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onNews((news) => {
      const concerned = news.lines.some((line) => line.name === name && line.namespace === namespace) || news.gone?.includes(`${namespace}/${name}`);
      if (!timer && (concerned || (problem && !news.offline && !news.problem))) timer = setTimeout(() => { timer = undefined; read(); }, 150);
    });
    return () => { stop(); clearTimeout(timer); };
  }, [namespace, name, read, problem]);
  return { found, problem, retry: read };
}
