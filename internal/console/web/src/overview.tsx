import { count } from './format';
import { queuePath } from './route';
import { severities, type Facets, type Me } from './types';
import { SeverityMark } from './ui';

interface Props { facets: Facets; search: URLSearchParams; me: Me }

/** Overview counts by severity what the filters select; a click selects one. */
export function Overview({ facets, search, me }: Props) {
  const number = (of: string) => facets.severities.find((one) => one.value === of)?.count ?? 0;
  const most = Math.max(1, ...severities.map(number));
  const chosen = search.getAll('severity').map((one) => one.toLowerCase());
  const to = (of: string) => {
    const next = new URLSearchParams(search);
    ['page', 'severity', 'min-severity'].forEach((name) => next.delete(name));
    if (!chosen.includes(of.toLowerCase())) next.set('severity', of);
    return queuePath(me.cluster, next.toString());
  };
  return (
    <ul class="overview" aria-label="By severity">
      {severities.map((severity) => (
        <li key={severity}>
          <a href={to(severity)} aria-current={chosen.includes(severity.toLowerCase()) ? 'true' : undefined}>
            <span class="top-line"><SeverityMark of={severity} /><b>{count(number(severity))}</b></span>
            <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="4" /><rect class={`fill-${severity.toLowerCase()}`} width={(100 * number(severity)) / most} height="4" /></svg>
          </a>
        </li>
      ))}
    </ul>
  );
}
