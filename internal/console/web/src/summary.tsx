import { AlertBar } from './columns';
import { classified, count, moment, plural, visible, word } from './format';
import { fill, say, sentence } from './messages';
import { usePrinting } from './print';
import type { Read } from './read';
import { incidentPath } from './route';
import { useSetting } from './setting';
import type { Alerts, Incident, Me } from './types';
import { Empty, Icon, Person, Prose, SeverityMark, Skeleton, StateMark, Tag, Text, Time } from './ui';

export function Summary({ me, incident, read }: { me: Me; incident: Incident; read: Read<Alerts> }) {
  const alerts = read.found && (read.found.whole || read.found.scope.alerts > 0) ? read.found : undefined;
  const why = read.problem ? <Text>{read.problem.message}</Text> : read.found?.cut && say.partly.nothing;
  const waiting = (lines: number) => (why ? <p class="quiet">{why}</p> : <Skeleton lines={lines} />);
  return (
    <div class="columns">
      <div class="main-column">
        <section class="card" aria-labelledby="story">
          <h2 id="story">{say.summary.story}</h2>
          {!alerts ? waiting(5) : <Story me={me} incident={incident} of={alerts.story} tactics={alerts.tactics ?? []} />}
        </section>
        <section class="card" aria-labelledby="worst">
          <h2 id="worst">{say.summary.worst}</h2>
          {!alerts ? waiting(4) : <Worst me={me} incident={incident} alerts={alerts} />}
        </section>
        {incident.header.description && <section class="card" aria-labelledby="about"><h2 id="about">{say.summary.description}</h2><Prose>{incident.header.description}</Prose></section>}
      </div>
      <aside class="side-column" aria-label={say.summary.properties}>
        <Properties me={me} incident={incident} />
        <Scope alerts={alerts} incident={incident} me={me} />
      </aside>
    </div>
  );
}

function Story({ me, incident, of, tactics }: { me: Me; incident: Incident; of: Alerts['story']; tactics: NonNullable<Alerts['tactics']> }) {
  const [chosen] = useSetting('zone', 'local');
  const zone = usePrinting() ? 'UTC' : chosen;
  if (of.stages.length === 0) return <Empty icon="alert_16_regular" title={say.alerts.none}>{say.summary.noStory}</Empty>;
  return (
    <div class="story">
      <div class="axis" aria-hidden="true"><span /><span><Text>{moment(of.from, zone)}</Text></span><span class="middle"><Text>{moment(new Date((new Date(of.from).getTime() + new Date(of.to).getTime()) / 2).toISOString(), zone)}</Text></span><span class="end"><Text>{moment(of.to, zone)}</Text></span></div>
      <ol>
        {of.stages.map((stage, i) => (
          <li key={stage.category}>
            <div class="what">
              <a href={incidentPath(me.cluster, incident, 'alerts', new URLSearchParams({ tactic: tactics[i]?.category ?? '' }).toString())}><b><Text>{stage.category}</Text></b></a>
              <span class="quiet">{plural(stage.count, say.alert)}</span>
            </div>
            <svg class="strip" viewBox="0 0 240 24" preserveAspectRatio="none" role="img" aria-label={sentence(say.summary.stage, { tactic: visible(stage.category), alerts: plural(stage.count, say.alert) })}>
              {[60, 120, 180].map((x) => <line key={x} x1={x} x2={x} y1="0" y2="24" class="tick" vector-effect="non-scaling-stroke" />)}
              <line x1="0" x2="240" y1="12" y2="12" class="track" />
              {stage.cells.map((cell, at) => cell.count > 0 && <rect key={at} x={at * 10 + 1} width="8" y={12 - height(cell.count) / 2} height={height(cell.count)} rx="2" class={`fill-${(cell.severity || 'unknown').toLowerCase()}`}><title>{sentence(say.summary.cell, { alerts: plural(cell.count, say.alert), severity: cell.severity || say.summary.noSeverity })}</title></rect>)}
            </svg>
            <div class="titles">
              {stage.titles.map((title) => <span key={title}><Text>{title}</Text></span>)}
              {(tactics[i]?.techniques ?? []).slice(0, 6).map((one) => <span key={one.text} class="technique mono"><Text>{one.text}</Text></span>)}
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

const height = (number: number) => Math.min(22, 6 + 4 * Math.sqrt(number));

function Worst({ me, incident, alerts }: { me: Me; incident: Incident; alerts: Alerts }) {
  const worst = alerts.worst ?? [];
  const number = alerts.whole ? alerts.scope.alerts : Math.max(alerts.scope.alerts, incident.total);
  if (worst.length === 0) return <p class="quiet">{say.summary.noAlert}</p>;
  return (
    <>
      <ul class="lines">
        {worst.map((alert) => (
          <li key={alert.name}>
            <SeverityMark of={alert.severity} short /><span class="grow title"><Text>{alert.title}</Text></span>
            <span class="quiet wide-only"><Text>{alert.service}</Text></span><StateMark of={alert.state} /><Time at={alert.last} />
          </li>
        ))}
      </ul>
      {number > worst.length && <a class="more" href={incidentPath(me.cluster, incident, 'alerts')}>{sentence(say.summary.all, { alerts: plural(number, say.alert) })}</a>}
    </>
  );
}

function Properties({ me, incident }: { me: Me; incident: Incident }) {
  const { header, decided } = incident;
  const by = (group: string) => decided.editors[group] && <span class="by">{fill(say.summary.setBy, { who: <Text>{decided.editors[group]}</Text> })}</span>;
  return (
    <section class="card" aria-labelledby="properties">
      <h2 id="properties">{say.summary.properties}</h2>
      <dl class="facts">
        <dt>{say.summary.name}</dt><dd>{incident.nameSource === 'User' ? <>{say.summary.given} {by('name')}{header.automaticTitle && <div class="quiet">{fill(say.summary.automaticName, { name: <Text>{header.automaticTitle}</Text> })}</div>}</> : incident.nameSource === 'Automatic' ? say.summary.automatic : word(incident.nameSource)}</dd>
        <dt>{say.field.state}</dt><dd><StateMark of={incident.state} />{header.resolved && <> <Time at={header.resolved} /></>}{by('resolution')}</dd>
        <dt>{say.field.severity}</dt><dd><SeverityMark of={header.severity} />{header.computedSeverity && <span class="by">{sentence(say.summary.computed, { severity: header.computedSeverity })}</span>}{by('severity')}</dd>
        <dt>{say.field.owner}</dt><dd><Person name={header.assignee} me={me.user} />{by('assignee')}</dd>
        <dt>{say.field.classification}</dt><dd>{classified(decided.classification)}{by('classification')}</dd>
        <dt>{say.field.tags}</dt><dd class="tags">{(decided.tags ?? []).map((tag) => <Tag key={tag} name={tag} />)}{!decided.tags?.length && <span class="quiet">{say.manage.noTag}</span>}</dd>
        {decided.note && <><dt>{say.field.note}</dt><dd><Prose>{decided.note}</Prose></dd></>}
        <dt>{say.summary.first}</dt><dd><Time at={header.firstActivity} /></dd>
        <dt>{say.summary.last}</dt><dd><Time at={header.lastActivity} /></dd>
        <dt>{say.summary.created}</dt><dd><Time at={header.created} /></dd>
      </dl>
      <a class="more" href={incidentPath(me.cluster, incident, 'activities')}>{say.summary.history}</a>
    </section>
  );
}

function Scope({ alerts, incident, me }: { alerts?: Alerts; incident: Incident; me: Me }) {
  return (
    <section class="card" aria-labelledby="scope">
      <h2 id="scope">{say.summary.scope}</h2>
      <dl class="facts">
        <dt>{say.summary.alerts}</dt><dd><AlertBar active={alerts?.whole ? alerts.scope.active : incident.active} total={alerts?.whole ? alerts.scope.alerts : incident.total} /></dd>
        <dt>{say.summary.endpoints}</dt><dd>{alerts ? <a href={incidentPath(me.cluster, incident, 'evidence')}>{count(alerts.scope.endpoints)}</a> : '…'}</dd>
        <dt>{say.summary.users}</dt><dd>{alerts ? <a href={incidentPath(me.cluster, incident, 'evidence')}>{count(alerts.scope.users)}</a> : '…'}</dd>
        <dt>{say.summary.sources}</dt><dd>{alerts ? (alerts.scope.sources ?? []).map((source) => <div key={source.text} class="source"><Text>{source.text}</Text><span class="count">{count(source.alerts)}</span></div>) : '…'}</dd>
      </dl>
    </section>
  );
}

export const KindIcon = ({ of }: { of: string }) => {
  const icons: Record<string, string> = {
    Device: 'desktop_16_regular', Node: 'server_16_regular', Pod: 'cube_16_regular', Container: 'box_16_regular', User: 'person_16_regular', ServiceAccount: 'key_16_regular', Mailbox: 'mail_16_regular',
    IP: 'globe_16_regular', DNS: 'globe_16_regular', URL: 'link_16_regular', File: 'document_16_regular', CloudResource: 'database_16_regular', Secret: 'key_16_regular',
  };
  return <Icon name={icons[of] ?? 'box_16_regular'} />;
};
