import { useEffect, useState } from 'preact/hooks';
import { Failure, get } from './api';
import { count, defanged, word } from './format';
import { fill, say, sentence } from './messages';
import type { Alert } from './types';
import { Banner, Prose, Skeleton, Text, Time } from './ui';

/** hostOf is where an address leads; empty for anything but http and https, which is then no link. */
function hostOf(url?: string): string {
  try {
    const parsed = new URL(url ?? '');
    return (parsed.protocol === 'https:' || parsed.protocol === 'http:') && !parsed.username ? parsed.host : '';
  } catch {
    return '';
  }
}

/** Opened reads all of an alert and shows what its row has no room for. */
export function Opened({ namespace, name }: { namespace: string; name: string }) {
  const [alert, setAlert] = useState<Alert>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    get<Alert>(`/api/alerts/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`, stop.signal).then(setAlert, (error) => { if (!stop.signal.aborted) setProblem(error instanceof Failure ? error.problem.message : String(error)); });
    return () => stop.abort();
  }, [namespace, name]);
  if (problem) return <Banner kind="danger" icon="error_circle_16_filled"><Text>{problem}</Text></Banner>;
  return alert ? <Detail alert={alert} /> : <Skeleton lines={3} />;
}

function Detail({ alert }: { alert: Alert }) {
  const host = hostOf(alert.url);
  const given = alert.inherited;
  return (
    <div class="alert-detail">
      {alert.description && <Prose>{alert.description}</Prose>}
      <dl class="facts">
        {alert.detector && <><dt>{say.detail.detector}</dt><dd><Text>{alert.detector}</Text></dd></>}
        {(alert.techniques ?? []).length > 0 && <><dt>{say.detail.techniques}</dt><dd>{alert.techniques!.map((one) => <span key={one} class="technique mono"><Text>{one}</Text></span>)}</dd></>}
        <dt>{say.detail.first}</dt><dd><Time at={alert.first} /></dd>
        {alert.linkedBy && <><dt>{say.detail.correlated}</dt><dd><Text>{alert.linkedFor}</Text> <span class="quiet">{fill(say.detail.policy, { policy: <Text>{alert.linkedBy}</Text> })}</span></dd></>}
        {given?.assignee && <><dt>{say.detail.assignee}</dt><dd>{fill(say.detail.given, { before: <Text>{given.overAssignee || say.nobody}</Text> })}</dd></>}
        {given?.state && <><dt>{say.detail.resolution}</dt><dd>{given.held ? say.detail.held : sentence(say.detail.given, { before: word(given.overState) })}</dd></>}
        {(alert.evidence ?? []).map((group) => <Fragmented key={group.kind} kind={group.kind} names={group.things.map((thing) => thing.name)} />)}
        {alert.url && <><dt>{say.detail.source}</dt><dd>{host ? <a href={alert.url} target="_blank" rel="noopener noreferrer">{fill(say.detail.openAt, { host: <Text>{host}</Text> })}</a> : <><Text>{alert.url}</Text> <span class="quiet">{say.detail.noLink}</span></>}</dd></>}
      </dl>
    </div>
  );
}

const Names = ({ kind, names }: { kind: string; names: string[] }) => <>{names.map((name) => <span key={name} class="technique mono"><Text>{defanged(kind, name)}</Text></span>)}</>;

const Fragmented = ({ kind, names }: { kind: string; names: string[] }) => (
  <><dt>{kind === kind.toUpperCase() ? kind : word(kind)}</dt><dd><Names kind={kind} names={names.slice(0, 12)} />{names.length > 12 && <details><summary>{sentence(say.detail.more, { number: count(names.length - 12) })}</summary><Names kind={kind} names={names.slice(12)} /></details>}</dd></>
);
