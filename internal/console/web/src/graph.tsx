import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count, defanged, plural, visible, word } from './format';
import { say, sentence } from './messages';
import { incidentPath } from './route';
import { KindIcon } from './summary';
import type { Graph, Incident, Me } from './types';
import { SeverityMark, Text } from './ui';

/** Line joins a row of the left column with one of the right; weight makes it stronger. */
export interface Join { left: number; right: number; weight: number }

interface Props { left: ComponentChildren[]; right: ComponentChildren[]; joins: Join[]; at?: { side: 'left' | 'right'; i: number }; class?: string }

/**
 * Joined draws lines between two columns. The rows of a column are equally high, so that the lines need no measuring: the
 * picture is stretched, and follows whatever room there is.
 */
export function Joined({ left, right, joins, at, class: of = '' }: Props) {
  const y = (i: number, all: ComponentChildren[]) => ((i + 0.5) * 100) / all.length;
  return (
    <div class={`joined ${of}`}>
      <ol class="ends">{left.map((one, i) => <li key={i}>{one}</li>)}</ol>
      <svg class="joins" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {joins.map((join) => {
          const [from, to] = [y(join.left, left), y(join.right, right)];
          const on = at && join[at.side] === at.i;
          return <path key={`${join.left}-${join.right}`} class={at ? (on ? 'on' : 'off') : ''} d={`M0 ${from}C50 ${from} 50 ${to} 100 ${to}`} stroke-width={Math.min(6, 1 + Math.log2(join.weight))} vector-effect="non-scaling-stroke" />;
        })}
      </svg>
      <ol class="ends">{right.map((one, i) => <li key={i}>{one}</li>)}</ol>
    </div>
  );
}

/** entityOf names an entity in an address. */
export const entityOf = (kind: string, name: string, namespace = '') => `${kind}:${namespace}:${name}`;

/** EntityGraph shows which alerts have which things in common. Each node leads to its alerts. */
export function EntityGraph({ me, incident, of }: { me: Me; incident: Incident; of: Graph }) {
  const [at, setAt] = useState<{ side: 'left' | 'right'; i: number }>();
  if (of.edges.length === 0) return null;
  const alertsWith = (name: string, value: string) => incidentPath(me.cluster, incident, 'alerts', new URLSearchParams({ [name]: value }).toString());
  const node = (side: 'left' | 'right', i: number, href: string, children: ComponentChildren) => {
    const touched = !at || (at.side === side ? at.i === i : of.edges.some((edge) => (side === 'left' ? edge.title === i && edge.thing === at.i : edge.thing === i && edge.title === at.i)));
    const look = () => setAt({ side, i });
    return <a class={`node ${touched ? '' : 'off'}`} href={href} onMouseEnter={look} onFocus={look} onMouseLeave={() => setAt(undefined)} onBlur={() => setAt(undefined)}>{children}</a>;
  };
  const titleOf = (i: number) => of.titles[i]!;
  const left = of.titles.map((one, i) => node('left', i, alertsWith('title', one.title), <><SeverityMark of={one.severity} short /><span class="label"><Text>{one.title}</Text></span><span class="count">{count(one.alerts)}</span></>));
  const right = of.things.map((one, i) => node('right', i, alertsWith('entity', entityOf(one.kind, one.name, one.namespace)), <><KindIcon of={one.kind} /><span class="label mono"><Text>{defanged(one.kind, one.name)}</Text></span><span class="count">{count(one.alerts)}</span></>));
  const more = (of.moreTitles ?? 0) + (of.moreThings ?? 0);
  return (
    <section class="card graph" aria-labelledby="graph">
      <h2 id="graph">{say.graph.title}</h2>
      <div class="heads" aria-hidden="true"><span>{say.graph.left}</span><span>{say.graph.right}</span></div>
      <Joined left={left} right={right} at={at} joins={of.edges.map((edge) => ({ left: edge.title, right: edge.thing, weight: edge.alerts }))} />
      {(more > 0 || (of.alone ?? 0) > 0) && <p class="quiet">
        {more > 0 && <>{sentence(say.graph.more, { number: count(more) })} </>}{(of.alone ?? 0) > 0 && sentence(say.graph.aloneWhy, { alerts: plural(of.alone!, say.graph.alone) })}
      </p>}
      <details>
        <summary>{say.graph.table}</summary>
        <table class="grid dense">
          <thead><tr><th scope="col">{say.graph.kind}</th><th scope="col">{say.graph.entity}</th><th scope="col">{say.graph.having}</th></tr></thead>
          <tbody>{of.things.map((thing, i) => (
            <tr key={i}>
              <td>{word(thing.kind)}</td><td class="mono"><Text>{defanged(thing.kind, thing.name)}</Text></td>
              <td>{of.edges.filter((edge) => edge.thing === i).map((edge) => `${visible(titleOf(edge.title).title)} (${count(edge.alerts)})`).join(', ')}</td>
            </tr>
          ))}</tbody>
        </table>
      </details>
    </section>
  );
}
