import { useState } from 'preact/hooks';
import { count, defanged, plural, visible } from './format';
import { Joined } from './graph';
import { Merge } from './merge';
import { fill, say, sentence } from './messages';
import { useRead } from './read';
import { incidentPath } from './route';
import { ProblemPage } from './states';
import { KindIcon } from './summary';
import type { Incident, Me, Related, Similar } from './types';
import { Banner, Button, Empty, Person, SeverityMark, Skeleton, StateMark, Text } from './ui';

const thingsOf = (one: Similar) => (one.evidence ?? []).flatMap((group) => group.things.map((thing) => ({ kind: group.kind, name: thing.name })));

const shownThings = 4;

/** RelatedTab shows the incidents that share entities with this one. A merge starts where they are joined. */
export function RelatedTab({ me, incident, path, may }: { me: Me; incident: Incident; path: string; may: boolean }) {
  const read = useRead<Related>(`${path}/related`, incident.namespace, incident.name);
  const [into, setInto] = useState<string>();
  if (!read.found) return read.problem ? <ProblemPage problem={read.problem} onRetry={read.retry} /> : <div class="card"><Skeleton lines={6} /></div>;
  const { related, more } = read.found;
  if (related.length === 0) return <div class="card"><Empty icon="search_20_regular" title={say.related.none}>{sentence(say.related.noneWhy, { namespace: incident.namespace })}</Empty></div>;
  const self = <div class="node self"><SeverityMark of={incident.header.severity} short /><span class="label"><b><Text>{incident.title}</Text></b><span class="quiet">{say.related.self}</span></span></div>;
  const mayMerge = may && incident.state !== 'Resolved' && incident.state !== 'Redirected';
  return (
    <section class="card graph" aria-labelledby="related">
      <h2 id="related">{say.related.title}</h2>
      <Joined class="star" left={[self]} joins={related.map((one, right) => ({ left: 0, right, weight: thingsOf(one).length }))} right={related.map((one) => (
        <div class="neighbor" key={one.incident}>
          {one.line && mayMerge && one.line.state !== 'Resolved' && one.line.state !== 'Redirected'
            ? <Button icon="merge_16_regular" aria-label={sentence(say.related.mergeInto, { title: visible(one.line.title) })} onClick={() => setInto(one.incident)}>{say.related.merge}</Button> : <span class="no-merge" />}
          <div class="grow">
            <Other me={me} incident={incident} one={one} />
            <div class="shares"><span class="quiet">{sentence(say.related.shares, { entities: plural(thingsOf(one).length, say.entity), alerts: plural(one.alerts, say.alert) })}</span>
              {thingsOf(one).slice(0, shownThings).map((thing) => <span key={`${thing.kind}/${thing.name}`} class="thing mono"><KindIcon of={thing.kind} /><Text>{defanged(thing.kind, thing.name)}</Text></span>)}
              {thingsOf(one).length > shownThings && <span class="quiet">+{count(thingsOf(one).length - shownThings)}</span>}
            </div>
          </div>
        </div>
      ))} />
      {more > 0 && <p class="quiet">{fill(say.related.more, { number: count(more), command: <code>kubectl incident similar {incident.name} --limit 0</code> })}</p>}
      {!mayMerge && may && <Banner kind="info" icon="info_16_regular">{say.related.mayNotMerge}</Banner>}
      {into && <Merge incident={incident} into={into} onClose={() => { setInto(undefined); read.retry(); }} />}
    </section>
  );
}

function Other({ me, incident, one }: { me: Me; incident: Incident; one: Similar }) {
  if (!one.incident) return <div class="who"><b>{say.related.loose}</b></div>;
  if (!one.line) return <div class="who"><b class="mono">{one.incident}</b><span class="quiet">{say.related.gone}</span></div>;
  return (
    <div class="who">
      <SeverityMark of={one.line.severity} short /><a class="title" href={incidentPath(me.cluster, { namespace: incident.namespace, name: one.incident })}><Text>{one.line.title}</Text></a>
      <StateMark of={one.line.state} /><Person name={one.line.assignee} me={me.user} />
    </div>
  );
}
