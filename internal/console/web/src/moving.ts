import { useEffect, useState } from 'preact/hooks';
import { Failure, post, postLines } from './api';
import type { Ended, Outcomes } from './types';

/** Place is where alerts go: to an incident, to a new one with a title, or with an empty name to none. */
export interface Place { to: string; create?: { title: string } }

export interface Moving {
  preview?: Outcomes; problem: string; busy: boolean;
  /** move returns where the alerts are now, or undefined if something failed; problem says what. */
  move: (reason: string) => Promise<string | undefined>;
  /** left are the alerts that are still to be moved, and created is the incident that was made for those that are there. */
  left: string[]; created?: string;
}

/** useMove asks what a move would do to each alert, and moves them. */
export function useMove(namespace: string, from: string, alerts: string[], place: Place | undefined): Moving {
  const [preview, setPreview] = useState<Outcomes>();
  const [refusal, setRefusal] = useState('');
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const [created, setCreated] = useState<string>();
  const [moved, setMoved] = useState<string[]>([]);
  const left = alerts.filter((name) => !moved.includes(name));
  const body = place && left.length > 0 ? JSON.stringify({ namespace, from, alerts: left, ...place }) : '';
  const told = (error: unknown) => (error instanceof Failure ? error.problem.message : String(error));
  useEffect(() => {
    setPreview(undefined);
    setRefusal('');
    if (!body) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      post<Outcomes>('/api/moves/preview', JSON.parse(body), stop.signal).then(setPreview, (error) => { if (!stop.signal.aborted) setRefusal(told(error)); });
    }, 150);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [body]);
  const move = async (reason: string) => {
    setBusy(true);
    setFailure('');
    const lines: Ended[] = [];
    try {
      await postLines('/api/moves', { ...JSON.parse(body), reason: reason.trim() }, (line) => lines.push(line));
      const made = lines.find((line) => line.done === 'created')?.object;
      const failed = lines.find((line) => line.problem);
      if (!failed) return made ?? place!.to;
      setCreated(made);
      setMoved((now) => [...now, ...lines.filter((line) => !line.problem).map((line) => line.object)]);
      setFailure(`${failed.object}: ${failed.problem!.message}`);
    } catch (error) {
      setFailure(told(error));
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  return { preview, problem: failure || refusal, busy, move, left, created };
}
