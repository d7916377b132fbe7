import { useState } from 'preact/hooks';
import { serverNow } from './api';
import { ago, count, plural } from './format';
import { say, sentence } from './messages';
import { queuePath } from './route';
import { severities, type Me, type Queue, type Severity, type Trend } from './types';
import { SeverityMark } from './ui';

interface Props { found: Queue; search: URLSearchParams; me: Me }

/** Overview shows what waits by severity and for how long, and what came and went of late. A click selects a severity. */
export function Overview({ found, search, me }: Props) {
  const number = (of: string) => found.facets.severities.find((one) => one.value === of)?.count ?? 0;
  const most = Math.max(1, ...severities.map(number));
  const chosen = search.getAll('severity').map((one) => one.toLowerCase());
  const aged = !search.has('state') && !search.has('all'); // Else the numbers are of more than what is open.
  const to = (of: string) => {
    const next = new URLSearchParams(search);
    ['page', 'severity', 'min-severity'].forEach((name) => next.delete(name));
    if (!chosen.includes(of.toLowerCase())) next.set('severity', of);
    return queuePath(me.cluster, next.toString());
  };
  return (
    <section class="overview" aria-label={say.overview.label}>
      <ul class="by-severity" aria-label={say.overview.bySeverity}>
        {severities.map((severity) => (
          <li key={severity}>
            <a href={to(severity)} aria-current={chosen.includes(severity.toLowerCase()) ? 'true' : undefined}>
              <span class="top-line"><SeverityMark of={severity} /><b>{count(number(severity))}</b></span>
              {aged ? <AgeBar of={severity} trend={found.trend} most={most} /> : <Bar of={severity} parts={[{ number: number(severity), strength: 1 }]} most={most} />}
            </a>
          </li>
        ))}
      </ul>
      <Days of={found.trend.days} />
    </section>
  );
}

/** strengths tell young from old: the older, the stronger the color. */
const strengths = [.25, .45, .7, 1];

interface Part { number: number; strength: number }

function Bar({ of, parts, most }: { of: Severity; parts: Part[]; most: number }) {
  const before = (i: number) => parts.slice(0, i).reduce((sum, part) => sum + part.number, 0);
  return (
    <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      {parts.map((part, i) => part.number > 0 && (
        <rect key={i} class={`fill-${of.toLowerCase()}`} x={(100 * before(i)) / most} width={(100 * part.number) / most} height="6" fill-opacity={part.strength} />
      ))}
    </svg>
  );
}

/** boundText says what is younger than a number of seconds. */
const boundText = (seconds: number) => sentence(say.overview.under, { time: seconds < 86400 ? plural(seconds / 3600, say.hour) : plural(seconds / 86400, say.day) });

function AgeBar({ of, trend, most }: { of: Severity; trend: Trend; most: number }) {
  const ages = trend.ages.find((one) => one.severity === of);
  const texts = [...trend.bounds.map(boundText), say.overview.older];
  const counts = ages?.counts ?? [];
  const said = counts.flatMap((number, i) => (number > 0 ? [`${count(number)} ${texts[i]}`] : [])).join(', ');
  // The oldest come first, where one looks first.
  const parts = counts.map((number, i) => ({ number, strength: strengths[i]! })).reverse();
  return (
    <>
      <Bar of={of} parts={parts} most={most} />
      <span class="age" title={said}>{ages ? <>{sentence(say.overview.oldest, { time: ago(ages.oldest, serverNow()) })}<span class="hidden">: {said}</span></> : say.none}</span>
    </>
  );
}

const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const named = (date: string) => day.format(new Date(`${date}T00:00:00Z`));

const barWidth = 14;
const gap = 6;
const half = 30;

/** Days draws what was opened upward and what was resolved downward, so that no color is needed to tell them apart. */
function Days({ of }: { of: Trend['days'] }) {
  const most = Math.max(1, ...of.map((one) => Math.max(one.opened, one.resolved)));
  const opened = of.reduce((sum, one) => sum + one.opened, 0);
  const resolved = of.reduce((sum, one) => sum + one.resolved, 0);
  const [open, setOpen] = useState(false);
  const high = (number: number) => (number === 0 ? 0 : Math.max(2, ((half - 2) * number) / most));
  return (
    <figure class="days">
      <figcaption>
        <span><b class="opened-mark">▲</b> {sentence(say.overview.opened, { number: count(opened) })}</span><span><b class="resolved-mark">▼</b> {sentence(say.overview.resolved, { number: count(resolved) })}</span>
        <span class="grow" />
        <details class="numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{say.overview.numbers}</summary>
          {open && <div class="menu-like">
            <table><caption>{say.overview.caption}</caption>
              <thead><tr><th scope="col">{say.overview.day}</th><th scope="col">{say.overview.openedHead}</th><th scope="col">{say.overview.resolvedHead}</th></tr></thead>
              <tbody>{[...of].reverse().map((one) => <tr key={one.date}><th scope="row">{named(one.date)}</th><td>{count(one.opened)}</td><td>{count(one.resolved)}</td></tr>)}</tbody>
            </table>
          </div>}
        </details>
      </figcaption>
      <svg viewBox={`0 0 ${of.length * (barWidth + gap)} ${2 * half}`} preserveAspectRatio="none" role="img" aria-label={sentence(say.overview.picture, { opened: count(opened), resolved: count(resolved), days: plural(of.length, say.day) })}>
        {of.map((one, i) => {
          const x = i * (barWidth + gap) + gap / 2;
          return (
            <g key={one.date}>
              <title>{sentence(say.overview.one, { day: named(one.date), opened: count(one.opened), resolved: count(one.resolved) })}</title>
              <rect class="ground" x={x - gap / 2} width={barWidth + gap} height={2 * half} />
              <rect class="opened" x={x} width={barWidth} y={half - high(one.opened)} height={high(one.opened)} />
              <rect class="resolved" x={x} width={barWidth} y={half} height={high(one.resolved)} />
            </g>
          );
        })}
        <line class="base" x1="0" x2={of.length * (barWidth + gap)} y1={half} y2={half} />
      </svg>
      <div class="axis" aria-hidden="true"><span>{of[0] && named(of[0].date)}</span><span>{say.overview.today}</span></div>
    </figure>
  );
}
