import { useEffect, useState } from 'preact/hooks';
import { AlertsTab } from './alerts';
import { get, isNoRight } from './api';
import { useAtOnce } from './atonce';
import { Evidence } from './evidence';
import { count } from './format';
import { HeldAlerts } from './held';
import { useKeys } from './keys';
import { Manage, type Focus } from './manage';
import { Merge } from './merge';
import { fill, say, sentence } from './messages';
import { Partly } from './partly';
import { usePrinting } from './print';
import { useRead, type Read } from './read';
import { RelatedTab } from './related';
import { go, incidentPath, queuePath } from './route';
import { ProblemPage } from './states';
import { Summary } from './summary';
import { Activities, Comments } from './timeline';
import { step } from './steps';
import { take } from './take';
import type { Alerts, Incident, Me, Timeline } from './types';
import { looksAt } from './undo';
import { Banner, Button, Icon, Person, SeverityMark, Skeleton, StateMark, Tag, Text } from './ui';

const tabs = Object.entries(say.page.tabs);

/** Open is the dialog that is open: a field of the pane, the pane itself, or the merge. */
type Open = 'manage' | 'merge' | Focus;

export function IncidentPage({ me, namespace, name, tab, search }: { me: Me; namespace: string; name: string; tab: string; search: URLSearchParams }) {
  const path = `/api/incidents/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const { found, problem, retry } = useRead<Incident>(path, namespace, name);
  const shown = useAtOnce();
  const incident = found && shown(found);
  const alerts = useRead<Alerts>(`${path}/scope`, namespace, name, 'alerts');
  const timeline = useRead<Timeline>(`${path}/timeline`, namespace, name);
  const printing = usePrinting();
  const [rights, setRights] = useState(me.rights);
  const [open, setOpen] = useState<Open>();
  useEffect(() => { get<Me>(`/api/me?namespace=${encodeURIComponent(namespace)}`).then((found) => setRights(found.rights), () => undefined); }, [namespace]);
  useEffect(() => { if (incident) document.title = sentence(say.page.title, { title: incident.title }); }, [incident?.title]);
  useEffect(() => { if (incident) looksAt({ namespace, name, uid: incident.uid }); }, [incident?.uid]);
  const show = (part: string) => () => go(incidentPath(me.cluster, { namespace, name }, part));
  const manages = (what: Open) => () => { if (rights.edit) setOpen(what); };
  const stepBy = (by: number) => () => { const to = step({ namespace, name }, by); if (to) go(incidentPath(me.cluster, to, tab === 'summary' ? '' : tab)); };
  useKeys({
    e: manages('manage'), i: () => { if (incident && rights.edit && incident.assignee !== me.user) void take(me, incident); },
    r: manages('m-note'), a: manages('m-assignee'), t: manages('m-tags'), c: manages('m-comment'), '[': stepBy(-1), ']': stepBy(1),
    m: () => { if (tab !== 'alerts' || !document.querySelector('.alerts-tab[data-chosen]')) manages('merge')(); },
    ...Object.fromEntries(tabs.map(([key], i) => [String(i + 1), show(key === 'summary' ? '' : key)])),
  });
  const dialogs = incident && (
    <div key="dialogs">
      {open && open !== 'merge' && <Manage me={me} of={incident} focus={open === 'manage' ? undefined : open} onClose={() => setOpen(undefined)} />}
      {open === 'merge' && <Merge incident={incident} onClose={() => setOpen(undefined)} />}
    </div>
  );
  if (!incident || problem?.kind === 'gone' || isNoRight(problem)) {
    // What somebody is writing stays when credentials expire.
    return problem ? <div class="page incident"><ProblemPage problem={problem} onRetry={retry} back={queuePath(me.cluster)} />{problem.kind === 'expired' && dialogs}</div> : <Skeleton lines={12} />;
  }
  const comments = (timeline.found?.entries ?? []).filter((entry) => entry.type === 'Commented').length;
  const numbers: Record<string, number | undefined> = { alerts: alerts.found?.whole ? alerts.found.scope.alerts : incident.total, activities: incident.entries, comments: timeline.found && comments };
  return (
    <div class="page incident">
      <nav class="crumbs" aria-label={say.page.where}><a href={queuePath(me.cluster)}>{say.queue.title}</a><Icon name="chevron_right_16_regular" /><span class="mono">{namespace}/{name}</span></nav>
      <Heading me={me} incident={incident} may={rights.edit} onOpen={setOpen} />
      <Notices me={me} incident={incident} read={alerts} may={rights.move} />
      <nav class="tabs" aria-label={say.page.parts}>
        {tabs.map(([key, label]) => <a key={key} href={incidentPath(me.cluster, incident, key === 'summary' ? '' : key)} aria-current={tab === key ? 'page' : undefined}>{label}{numbers[key] !== undefined && <span class="badge">{count(numbers[key]!)}</span>}</a>)}
      </nav>
      {alerts.found && !alerts.found.whole && (tab === 'summary' || tab === 'evidence' || printing) && <Partly incident={incident} read={alerts.found.scope.alerts} cut={alerts.found.cut} covers={say.partly.page} onRetry={alerts.retry} />}
      {printing ? <><Summary me={me} incident={incident} read={alerts} /><Activities me={me} incident={incident} read={timeline} may={false} /></>
        : tab === 'alerts' ? <AlertsTab me={me} incident={incident} path={path} may={rights.move} search={search} />
        : tab === 'evidence' ? <Evidence me={me} incident={incident} read={alerts} />
          : tab === 'related' ? <RelatedTab me={me} incident={incident} path={path} may={rights.edit} />
          : tab === 'activities' ? <Activities me={me} incident={incident} read={timeline} may={rights.edit} />
            : tab === 'comments' ? <Comments me={me} incident={incident} read={timeline} may={rights.comment} />
              : <Summary me={me} incident={incident} read={alerts} />}
      {dialogs}
    </div>
  );
}

interface HeadingProps { me: Me; incident: Incident; may: boolean; onOpen: (what: Open) => void }

function Heading({ me, incident, may, onOpen }: HeadingProps) {
  const finished = incident.state === 'Redirected';
  return (
    <header class="heading incident-heading">
      <div class="grow">
        <h1><Text>{incident.title}</Text></h1>
        <div class="marks">
          <SeverityMark of={incident.severity} /><StateMark of={incident.state} /><Person name={incident.assignee} me={me.user} />
          {(incident.tags ?? []).map((tag) => <Tag key={tag} name={tag} />)}
        </div>
      </div>
      {may && !finished && <div class="buttons">
        {incident.assignee !== me.user && <Button icon="person_add_16_regular" onClick={() => void take(me, incident)}>{say.assignToMe}</Button>}
        {incident.state !== 'Resolved' && <Button icon="checkmark_circle_16_filled" onClick={() => onOpen('m-note')}>{say.page.resolve}</Button>}
        <Button icon="print_16_regular" kind="subtle" class="wide-only" onClick={() => window.print()}>{say.page.print}</Button>
        <Button icon="merge_16_regular" onClick={() => onOpen('merge')}>{say.merge.merge}</Button>
        <Button kind="primary" icon="edit_16_regular" onClick={() => onOpen('manage')}>{say.manage.title}</Button>
      </div>}
    </header>
  );
}

/** Notices tell what a person has to know before anything else. */
function Notices({ me, incident, read, may }: { me: Me; incident: Incident; read: Read<Alerts>; may: boolean }) {
  const to = incident.header.redirectedTo;
  return (
    <>
      {to && <Banner kind="info" icon="merge_16_regular" action={<Button onClick={() => go(incidentPath(me.cluster, { namespace: incident.namespace, name: to }))}>{sentence(say.page.open, { incident: to })}</Button>}>{fill(say.page.merged, { incident: <b>{to}</b> })}</Banner>}
      {!to && incident.merging && <Banner kind="warning" icon="merge_16_regular">{fill(say.page.merging, { incident: <b>{incident.merging}</b> })} {incident.header.standings?.filter((one) => one.type === 'Merged').map((one) => <Text key={one.type}>{one.message}</Text>)}</Banner>}
      {incident.held && <HeldAlerts me={me} incident={incident} read={read} may={may} />}
      {incident.following && <Followers incident={incident} />}
    </>
  );
}

/** Followers counts down how many alerts have still to take over what the incident says. */
function Followers({ incident: { following, progress } }: { incident: Incident }) {
  return (
    <Banner kind="info" icon="arrow_sync_16_regular">
      {progress ? <div class="following">
        <span>{fill(say.page.follow, { number: <b>{count(progress.pending)}</b>, total: count(progress.linked) })}</span>
        <progress aria-label={say.page.followed} max={progress.linked} value={progress.linked - progress.pending} />
      </div> : fill(say.page.following, { what: <Text>{following}</Text> })}
    </Banner>
  );
}
