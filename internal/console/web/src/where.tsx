import { useEffect, useState } from 'preact/hooks';
import { get } from './api';
import { count } from './format';
import { Menu } from './menu';
import { fill, say, sentence } from './messages';
import { go, queuePath } from './route';
import type { Me, Reach } from './types';
import { Button, Icon, Text } from './ui';

/** shownIn says in words which namespaces are shown. */
const shownIn = ({ everywhere, namespaces }: Reach) => (everywhere ? say.where.everywhere : namespaces.length === 1 ? namespaces[0]! : sentence(say.where.several, { number: count(namespaces.length) }));

interface Props { me: Me; search: URLSearchParams; onFound: (me: Me) => void }

/** Where says of which cluster and namespaces the page is, how these were found, and leads to others. */
export function Where({ me, search, onFound }: Props) {
  const asked = search.get('namespace');
  const reread = () => void get<Me>('/api/me').then(onFound, () => undefined);
  // One that an address names is shown from then on.
  useEffect(() => {
    if (asked && !me.reach.everywhere && !me.reach.namespaces.includes(asked)) get<Me>(`/api/me?namespace=${encodeURIComponent(asked)}`).then(reread, () => undefined);
  }, [asked]);
  return (
    <span class="where">
      <Menu id="where" label={say.where.title} class="subtle" onOpen={reread} face={<>
        <Icon name="server_16_regular" /><Text>{me.cluster}</Text><span class="slash" aria-hidden="true">/</span><Text>{asked ?? shownIn(me.reach)}</Text><span class="hidden">{say.where.hint}</span>
      </>}>
        {() => <Namespaces me={me} asked={asked} />}
      </Menu>
    </span>
  );
}

function Namespaces({ me, asked }: { me: Me; asked: string | null }) {
  const { reach } = me;
  const [name, setName] = useState('');
  const to = (namespace: string) => queuePath(me.cluster, new URLSearchParams({ namespace }).toString());
  const close = () => document.getElementById('where')?.hidePopover();
  return (
    <>
      <p class="hint">{reach.everywhere ? say.where.all : fill(reach.listed ? say.where.found : say.where.named, { command: <code>list namespaces</code> })}</p>
      <ul class="places" onClick={close}>
        <li><a href={queuePath(me.cluster)} aria-current={asked ? undefined : 'page'}>{reach.everywhere ? say.where.allNamespaces : say.where.together}</a></li>
        {reach.namespaces.map((one) => <li key={one}><a href={to(one)} aria-current={asked === one ? 'page' : undefined}><Text>{one}</Text></a></li>)}
      </ul>
      {reach.more ? <p class="hint">{sentence(say.where.more, { number: count(reach.more) })}</p> : null}
      <form onSubmit={(event) => { event.preventDefault(); if (name.trim()) { close(); go(to(name.trim())); } }}>
        <input class="input" aria-label={say.where.another} placeholder={say.where.another} spellcheck={false} maxLength={63} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        <Button type="submit" disabled={!name.trim()}>{say.where.show}</Button>
      </form>
    </>
  );
}
