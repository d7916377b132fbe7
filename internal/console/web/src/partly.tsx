import { useEffect } from 'preact/hooks';
import { count, plural } from './format';
import { fill, say, sentence } from './messages';
import type { Cut, Incident } from './types';
import { Banner, Text, Time } from './ui';

interface Props { incident: Incident; read: number; cut?: Cut; covers: typeof say.partly.page | typeof say.partly.list; onRetry: () => void }

/** Partly says that not all alerts are read: not yet, or not for want of room. Then it is tried again by itself. */
export function Partly({ incident, read, cut, covers, onRetry }: Props) {
  useEffect(() => {
    if (!cut) return;
    const timer = setTimeout(onRetry, new Date(cut.again).getTime() - new Date(cut.at).getTime() + 1000);
    return () => clearTimeout(timer);
  }, [cut?.at]);
  const numbers = { alerts: plural(read, say.alert), total: count(Math.max(read, incident.total)) };
  if (!cut) return <Banner kind="info" icon="arrow_sync_16_regular">{sentence(covers, numbers)}</Banner>;
  const command = <code>kubectl incident alerts {incident.name} -n {incident.namespace}</code>;
  return <Banner kind="warning" icon="warning_16_filled">{fill(say.partly.cut, { ...numbers, at: <Time at={cut.at} />, why: <Text>{cut.why}</Text>, command })}</Banner>;
}
