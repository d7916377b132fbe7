import { useCallback, useEffect, useState } from 'preact/hooks';
import { AlertsTab } from './alerts';
import { Failure, get, onNews, postLines } from './api';
import { Evidence } from './evidence';
import { useKeys } from './keys';
import { Manage } from './manage';
import { Merge } from './merge';
import { go, incidentPath, queuePath } from './route';
import { ProblemPage } from './states';
import { Summary } from './summary';
import { Activities, Comments } from './timeline';
import { toast } from './toast';
import type { Alerts, Ended, Incident, Me, Problem, Timeline } from './types';
import { Banner, Button, Icon, Person, SeverityMark, Skeleton, StateMark, Tag, Text } from './ui';

/** useRead reads something of an incident, and again when that changes. */
export function useRead<T>(path: string, namespace: string, name: string): { found?: T; problem?: Problem; retry: () => void } {
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

const tabs = [['summary', 'Summary'], ['alerts', 'Alerts'], ['evidence', 'Evidence'], ['activities', 'Activities'], ['comments', 'Comments']] as const;

export function IncidentPage({ me, namespace, name, tab }: { me: Me; namespace: string; name: string; tab: string }) {
  const path = `/api/incidents/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const { found: incident, problem, retry } = useRead<Incident>(path, namespace, name);
  const alerts = useRead<Alerts>(`${path}/alerts`, namespace, name);
  const timeline = useRead<Timeline>(`${path}/timeline`, namespace, name);
  const [rights, setRights] = useState(me.rights);
  const [open, setOpen] = useState<'manage' | 'resolve' | 'merge'>();
  useEffect(() => { get<Me>(`/api/me?namespace=${encodeURIComponent(namespace)}`).then((found) => setRights(found.rights), () => undefined); }, [namespace]);
  useEffect(() => { if (incident) document.title = `${incident.title} – Incidents`; }, [incident?.title]);
  const show = (part: string) => () => go(incidentPath(me.cluster, { namespace, name }, part));
  useKeys({
    e: () => setOpen('manage'), s: show(''), a: show('alerts'), v: show('evidence'), t: show('activities'), c: show('comments'), q: () => go(queuePath(me.cluster)),
  });
  if (!incident || problem?.kind === 'gone' || problem?.kind === 'forbidden') {
    return problem ? <ProblemPage problem={problem} onRetry={retry} back={queuePath(me.cluster)} /> : <Skeleton lines={12} />;
  }
  const comments = (timeline.found?.entries ?? []).filter((entry) => entry.type === 'Commented').length;
  const numbers: Record<string, number | undefined> = { alerts: alerts.found?.scope.alerts ?? incident.total, activities: incident.entries, comments: timeline.found && comments };
  return (
    <div class="page incident">
      <nav class="crumbs" aria-label="Where you are"><a href={queuePath(me.cluster)}>Incidents</a><Icon name="chevron_right_16_regular" /><span class="mono">{namespace}/{name}</span></nav>
      <Heading me={me} incident={incident} may={rights.edit} onOpen={setOpen} />
      <Notices me={me} incident={incident} />
      <nav class="tabs" aria-label="Parts of the incident">
        {tabs.map(([key, label]) => <a key={key} href={incidentPath(me.cluster, incident, key === 'summary' ? '' : key)} aria-current={tab === key ? 'page' : undefined}>{label}{numbers[key] !== undefined && <span class="badge">{numbers[key]}</span>}</a>)}
      </nav>
      {tab === 'alerts' ? <AlertsTab me={me} incident={incident} read={alerts} may={rights.move} />
        : tab === 'evidence' ? <Evidence read={alerts} />
          : tab === 'activities' ? <Activities me={me} incident={incident} read={timeline} may={rights.edit} />
            : tab === 'comments' ? <Comments me={me} incident={incident} read={timeline} may={rights.comment} />
              : <Summary me={me} incident={incident} read={alerts} />}
      {(open === 'manage' || open === 'resolve') && <Manage me={me} of={incident} resolve={open === 'resolve'} onClose={() => setOpen(undefined)} />}
      {open === 'merge' && <Merge me={me} incident={incident} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

interface HeadingProps { me: Me; incident: Incident; may: boolean; onOpen: (what: 'manage' | 'resolve' | 'merge') => void }

function Heading({ me, incident, may, onOpen }: HeadingProps) {
  const take = async () => {
    let line: Ended | undefined;
    try {
      await postLines('/api/changes', { incidents: [{ namespace: incident.namespace, name: incident.name, uid: incident.uid }], edit: { assignee: { seen: incident.decided.assignee, to: me.user } } }, (one) => { line = one; });
      if (line?.problem) toast(line.conflicts ? `${line.conflicts[0]!.by || 'Somebody'} was faster: it is ${line.conflicts[0]!.theirs || 'nobody'}’s now` : line.problem.message, 'danger');
      else toast('It is yours');
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'danger');
    }
  };
  const finished = incident.state === 'Redirected';
  return (
    <header class="heading incident-heading">
      <div class="grow">
        <h1><Text>{incident.title}</Text></h1>
        <div class="marks">
          <SeverityMark of={incident.header.severity} /><StateMark of={incident.state} /><Person name={incident.assignee} me={me.user} />
          {(incident.tags ?? []).map((tag) => <Tag key={tag} name={tag} />)}
        </div>
      </div>
      {may && !finished && <div class="buttons">
        {incident.assignee !== me.user && <Button icon="person_add_16_regular" onClick={() => void take()}>Assign to me</Button>}
        {incident.state !== 'Resolved' && <Button icon="checkmark_circle_16_filled" onClick={() => onOpen('resolve')}>Resolve</Button>}
        <Button icon="merge_16_regular" onClick={() => onOpen('merge')}>Merge</Button>
        <Button kind="primary" icon="edit_16_regular" onClick={() => onOpen('manage')}>Manage incident</Button>
      </div>}
    </header>
  );
}

/** Notices tell what a person has to know before anything else. */
function Notices({ me, incident }: { me: Me; incident: Incident }) {
  const to = incident.header.redirectedTo;
  return (
    <>
      {to && <Banner kind="info" icon="merge_16_regular" action={<Button onClick={() => go(incidentPath(me.cluster, { namespace: incident.namespace, name: to }))}>Open {to}</Button>}>This incident was merged. Its alerts, and the work, are in <b>{to}</b>.</Banner>}
      {!to && incident.merging && <Banner kind="warning" icon="merge_16_regular">It asks to be merged into <b>{incident.merging}</b>. {incident.header.standings?.filter((one) => one.type === 'Merged').map((one) => <Text key={one.type}>{one.message}</Text>)}</Banner>}
      {incident.held && <Banner kind="warning" icon="warning_16_filled" action={<Button onClick={() => go(incidentPath(me.cluster, incident, 'alerts'))}>Look at the alerts</Button>}>New alerts came after it was resolved, and stay active: <Text>{incident.held}</Text></Banner>}
      {incident.following && <Banner kind="info" icon="arrow_sync_16_regular">Its alerts are following: <Text>{incident.following}</Text></Banner>}
    </>
  );
}

