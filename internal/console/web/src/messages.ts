import type { ComponentChildren } from 'preact';

type Holes<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;

/** fill puts values, which may be elements, into the holes of a message. */
export function fill<T extends string>(message: T, values: { [name in Holes<T>]: ComponentChildren }): ComponentChildren[] {
  return message.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? values[part as Holes<T>] : part));
}

/** sentence puts texts into the holes of a message, where no elements can stand, such as in a title. */
export const sentence = <T extends string>(message: T, values: { [name in Holes<T>]: string }): string => fill(message, values).join('');

// Without what every object has: a name that somebody else gave is looked up in these.
const named = (texts: Record<string, string>): Record<string, string> => Object.assign(Object.create(null), texts);

/**
 * say holds what the console says to people, so that its words can be read, mended and translated in one place. A hole such
 * as {name} is filled by fill or sentence; a pair is a word for one thing and for several.
 */
export const say = {
  incident: ['incident', 'incidents'], alert: ['alert', 'alerts'], moreAlert: ['more alert', 'more alerts'], entity: ['entity', 'entities'], hour: ['hour', 'hours'], day: ['day', 'days'],
  cancel: 'Cancel', close: 'Close', clear: 'Clear', choose: 'Choose', none: 'none', nobody: 'nobody', somebody: 'Somebody', saving: 'Saving…', tryAgain: 'Try again', toQueue: 'Go to the queue',
  assignToMe: 'Assign to me', unassign: 'Unassign', unassigned: 'Unassigned', highest: 'Highest of its alerts', becomes: 'becomes', you: '(you)', unknown: 'Unknown', justNow: 'just now',
  shownAs: named({
    InProgress: 'In progress', NotSet: 'Not set', TruePositive: 'True positive', FalsePositive: 'False positive',
    InformationalExpectedActivity: 'Informational, expected activity', Redirected: 'Merged',
  }),
  field: {
    name: 'Incident name', assignee: 'Assign to', severity: 'Severity', state: 'State', classification: 'Classification', tags: 'Tags', note: 'Note', comment: 'Comment', owner: 'Assignee',
  },
  app: {
    brand: 'Incidents', live: 'Live', late: 'Catching up', connecting: 'Connecting', skip: 'Skip to the content',
    offline: 'The console does not answer. It is tried again by itself, and nothing that you have written is lost.', busy: 'This page is not told of changes: {why}.',
    away: 'The API server does not answer: {why}. The page shows what was known last, and catches up by itself.',
    noAnswer: 'The console does not answer.', noCommand: 'The console does not answer: is the command that started it still running?', answered: 'The console answered {status}.',
  },
  where: {
    title: 'Namespaces', hint: ': the cluster, and the namespaces that are shown', everywhere: 'all namespaces', several: '{number} namespaces', allNamespaces: 'All namespaces', together: 'All of these',
    all: 'You may see the incidents of all namespaces.', found: 'You may see the incidents of these namespaces. They were found because you may {command}.',
    named: 'You may not {command}, so nobody can tell which ones are yours. Shown are those that the console was told of.', more: '{number} more are left out for their number. Name the one to look at.', another: 'Another namespace', show: 'Show',
  },
  queue: {
    title: 'Incidents', counted: '({number}) Incidents', of: '{found} of {there}', fresh: '{number} new', update: 'Update the list', overview: 'Overview', copyLink: 'Copy link', copyCommand: 'Copy as kubectl', copied: 'Copied',
    export: 'Export', reading: 'Reading…',
    empty: 'There are no incidents yet', emptyWhy: 'An incident appears here as soon as somebody, or something, creates one. To try it, run {command}.',
    emptyScopeWhy: 'An incident appears here as soon as somebody, or something, creates one in the namespace {namespace}. To try it, run {command}.',
    noMatch: 'No incident matches', reset: 'Reset the filters', hidden: ['incident is', 'incidents are'], hiddenWhy: '{incidents} hidden by the filters above. Take one away to see more.',
    done: 'Nothing waits', doneWhy: 'Everything is resolved or was merged.', showAll: 'Show all {number}',
    pages: 'Pages', newer: 'Newer', older: 'Older', page: 'Page {page} of {pages}',
  },
  rows: {
    caption: 'Incidents; the order is by {sort}', selectPage: 'Select all incidents of this page', incident: 'Incident', manage: 'Manage', select: 'Select {title}', manageOne: 'Manage {title}', held: 'New alerts held',
    following: 'Alerts following',
  },
  columns: {
    title: 'Columns', state: 'State', assignee: 'Assignee', alerts: 'Alerts', tactics: 'Tactics', source: 'Sources', class: 'Classification', activity: 'Last activity', age: 'Age',
    earlier: 'Move {column} earlier', later: 'Move {column} later', usual: 'As at first', active: '{active} of {total} alerts are active',
  },
  filters: {
    views: 'Views', open: 'Open', mine: 'Assigned to me', unassigned: 'Unassigned', severe: 'Severe', resolved: 'Resolved', all: 'All',
    state: 'State', severity: 'Severity', assignee: 'Assignee', tag: 'Tag', source: 'Source', category: 'Tactic', verdict: 'Classification',
    anyTime: 'Any time', hour: 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days', last: 'Last {time}', activeIn: 'Active in',
    search: 'Search the incidents', hint: 'Search title, tag, name  ( / )', findIn: 'Find in {facet}', find: 'Find', nobody: 'Nobody', nothing: 'Nothing to choose from.',
    chips: 'Filters', remove: 'Remove the filter {filter}', reset: 'Reset',
    chip: named({
      'min-severity': 'At least', search: 'Text', since: 'Active in the last', 'all-tags': 'Tagged', entity: 'Involves', determination: 'Determination', namespace: 'Namespace', unassigned: 'Unassigned',
      all: 'Resolved ones too',
    }),
  },
  overview: {
    label: 'Overview', bySeverity: 'By severity', under: 'under {time}', older: 'older', oldest: 'oldest {time}', opened: '{number} opened', resolved: '{number} resolved', numbers: 'Numbers',
    caption: 'Days are of UTC. Incidents that were merged or deleted are not counted.', day: 'Day', openedHead: 'Opened', resolvedHead: 'Resolved',
    picture: '{opened} incidents opened and {resolved} resolved in {days}', one: '{day}: {opened} opened, {resolved} resolved', today: 'today',
  },
  bulk: {
    region: 'Selected incidents', selected: '{number} selected', all: 'Select all {number} that match', kinds: { assign: 'Assign', state: 'State', severity: 'Severity', classify: 'Classify', tag: 'Tags' },
    change: 'Change {incidents}', changeNothing: 'Change', addTags: 'Add tags', removeTags: 'Take tags away', preview: 'Preview', refused: 'refused', already: 'is so already',
    tiles: { changed: 'incidents change', alerts: 'alerts change', unchanged: 'incidents are so already', staying: 'alerts stay as they are', refused: 'refused' },
    extent: '{incidents} and {alerts} of theirs', question: 'This changes {extent}. Go on?', yes: 'Yes, change {incidents}', back: 'Back', incidentsChanged: ['incident changed', 'incidents changed'],
    done: '{done} of {all} done.', progress: 'Done', stop: 'Stop: begin no more', stopping: 'Stopping…', stopped: 'No more are begun; those under way still end.', failure: ['failure', 'failures'], retry: 'Retry',
    endings: named({ changed: 'changed', unchanged: 'so already', 'no longer selected': 'no longer selected', failed: 'failed', interrupted: 'cut off: it may be done or not', 'not begun': 'not begun' }),
    unknown: 'of which nothing is known',
  },
  take: { done: 'It is yours', late: '{who} was faster: it is {owner}’s now' },
  manage: {
    title: 'Manage incident', look: 'Incident', merged: 'It was merged into {incident}: work on that one.', mayNot: 'You may look at incidents in {namespace}, and not change them. The role {role} lets you.',
    ask: 'Close without saving? What you changed here is lost.', saved: 'Saved: {title}', commented: 'Comment sent', save: 'Save', comesBack: 'Cleared, it becomes {name} again.',
    automatic: 'It becomes {name}, the automatic name, which follows the alerts.', highestNow: 'Highest of its alerts ({severity})', addTag: 'Add a tag', addFirstTag: 'Add a tag: used ones are suggested', nobody: 'Nobody',
    noteHint: 'Why it is resolved. It is in the log, and stays with the incident.', commentHint: 'Optional. It cannot be changed later.', noTag: 'None',
  },
  conflicts: {
    label: 'Changed by somebody else', one: 'Somebody else changed a field that you changed too. Nothing is saved yet: choose what counts.',
    many: 'Somebody else changed fields that you changed too. Nothing is saved yet: choose what counts.', was: 'It was', madeIt: '{who} made it', wanted: 'You want', theirs: 'Keep theirs', mine: 'Use mine', empty: 'Empty',
    emptyOf: named({ name: 'The automatic name', assignee: 'Nobody', severity: 'The highest of its alerts' }),
  },
  foresight: {
    assignee: 'assignee', state: 'state', incident: 'incident', ofOne: ', of {who}', noAlerts: 'No alert is linked.', nothing: 'No alert changes', change: ['changes', 'change'], stay: ['stays as it is', 'stay as they are'],
    more: 'and {number} more', stays: 'Stays: {alerts}', looking: 'Looking at what this would do…', noAlertChanges: 'No alert changes.',
    before: 'Nothing is changed yet. You see here what saving does to each alert.', each: 'Show each', hide: 'Hide',
  },
  combobox: { suggestions: 'Suggestions', create: '“{text}” (create new)' },
  toast: { dismiss: 'Dismiss', undo: 'Undo' },
  undo: { title: 'Undo the last change', done: 'Undone', undo: 'Undo', reverts: 'This reverts {change}.', back: ['alert goes back to', 'alerts go back to'], noIncident: 'no incident' },
  tag: { remove: 'Remove the tag {tag}' },
  settings: {
    look: ', and how the page looks', colors: 'Colors', themes: { system: 'As the system', light: 'Light', dark: 'Dark' }, density: 'Density', densities: { comfortable: 'Comfortable', compact: 'Compact' }, times: 'Times',
    local: 'Local time', signOut: 'Sign out', licenses: 'Licenses',
  },
  keys: {
    title: 'Keys', on: 'Single keys do something',
    all: [
      ['j k', 'Next, previous incident in the queue'], ['Enter', 'Open it'], ['x', 'Select it'], ['e', 'Manage it'], ['i', 'Take it: assign it to yourself'], ['a', 'Assign it'],
      ['r', 'Resolve it'], ['t', 'Tag it'], ['c', 'Comment on it'], ['m', 'Move the alerts that are selected, else merge the incident'], ['u', 'Undo the last change'],
      ['[ ]', 'Previous, next incident, also while the pane is open'], ['1 … 6', 'The parts of an incident'], ['/', 'Search'], ['Ctrl-K', 'Search from anywhere'],
      ['g i', 'Go to the queue'], ['g m', 'Go to what is mine'], ['?', 'These keys'],
    ],
  },
  states: {
    signedOut: 'You are not signed in', signIn: 'Sign in', comeBack: 'You come back to this page, and what you have written is kept.', runCommand: 'Run {command}, and open the link that it prints. A link works once, for a minute.',
    offline: 'The console does not answer', restarting: 'It may be restarting.', ended: 'The command {command} may have ended. Start it again, and open the link that it prints.',
    noPage: 'There is no such page', noPageWhy: 'The address leads nowhere. It may be from another version of the console.',
    otherCluster: 'This address is of another cluster', toThisQueue: 'Go to the queue of this cluster', otherClusterWhy: 'It is of {asked}; this console shows {shown}.', openOther: 'Open the console of that cluster.',
    startOther: 'To open it, start {command} for that cluster.',
    forbidden: 'You have no right to see this', forbiddenWhy: 'The API server says: {why}. If you may see the incidents of another namespace, name it at the top of the page. Else ask whoever runs the cluster for the role {viewer} or {responder}.',
    expired: 'Your credentials are not taken any more', expiredHere: '{why}. What you have written is kept in this tab.',
    expiredWhy: '{why}. What you have written is kept in this tab: renew them as you do for kubectl, and try again. If that is of no use, start {command} again, and open its link here.',
    refused: 'This cannot be shown',
    gone: 'It does not exist', goneWhy: 'The incident was deleted, or the address has a slip of the pen. {why}.', away: 'The API server does not answer', awayWhy: '{why}. The page tries again by itself when the connection is back.',
  },
  evidence: {
    name: 'Name', role: 'Role', alerts: 'Alerts', elsewhere: 'Other open incidents', first: 'First', last: 'Last', copy: 'Copy', copyOne: 'Copy {name}', inNamespace: 'in {namespace}', nowhere: 'None', more: 'and {number} more',
    moreThings: 'and {number} more, which fewer alerts have.', none: 'No evidence', noneWhy: 'The alerts name no device, user, address or file.', find: 'Find in the evidence', thing: ['thing', 'things'], noMatch: 'Nothing matches', noMatchWhy: 'Nothing in the evidence has “{text}” in its name.',
  },
  graph: {
    title: 'What the alerts share', left: 'Alerts, in their order', right: 'Entities that at least two have', more: 'and {number} more.', alone: ['alert shares', 'alerts share'], aloneWhy: '{alerts} nothing with another one.',
    table: 'The same as a table', kind: 'Kind', entity: 'Entity', having: 'Alerts that have it',
  },
  related: {
    title: 'Incidents that share entities with this one', none: 'Nothing is related', noneWhy: 'No alert of another incident in {namespace} names a device, user, address or file that the alerts of this one name.', self: 'this incident',
    merge: 'Merge', mergeInto: 'Merge into {title}', shares: '{entities} in {alerts}:', more: 'and {number} more, which share less. {command} lists all.',
    mayNotMerge: 'An incident that is resolved or merged cannot be merged into another one.', loose: 'Alerts of no incident', gone: 'is not there',
  },
  merge: {
    title: 'Merge into another incident', asked: 'It asks to be merged into {incident}', merge: 'Merge', into: 'Into which incident', intoHint: 'All alerts go there, and the tags come along. This incident then leads to it.',
    placeholder: 'Name or title', preview: 'Preview', target: 'Into {title}.', tags: 'Tags that come along:', forGood: 'A merge cannot be undone.', confirm: 'Type {incident} to confirm',
  },
  page: {
    title: '{title} – Incidents', where: 'Where you are', parts: 'Parts of the incident',
    tabs: { summary: 'Summary', alerts: 'Alerts', evidence: 'Evidence', related: 'Related', activities: 'Activities', comments: 'Comments' },
    resolve: 'Resolve', print: 'Print',
    merged: 'This incident was merged. Its alerts, and the work, are in {incident}.', open: 'Open {incident}', merging: 'It asks to be merged into {incident}.',
    follow: 'Its alerts follow: {number} of {total} are still to be changed.', followed: 'Alerts that have followed', following: 'Its alerts are following: {what}',
  },
  partly: {
    page: '{alerts} of {total} are read. What is shown here covers these, until the rest is read.', list: '{alerts} of {total} are read. Until the rest is, filters, groups and the order cover these.',
    cut: '{alerts} of {total} are shown, as they were {at}: {why}. Numbers, pictures and filters cover these alone. {command} lists all; here it is tried again by itself.',
    nothing: 'The alerts cannot be shown now.',
  },
  summary: {
    story: 'Attack story', noStory: 'As alerts are linked, their tactics stand here in the order of an attack.', stage: '{tactic}: {alerts}', cell: '{alerts}, {severity}', noSeverity: 'severity unknown',
    worst: 'Most severe alerts', noAlert: 'None.', all: 'All {alerts}', description: 'Description',
    properties: 'Properties', name: 'Name', given: 'Given by a person', automaticName: 'Automatic: {name}', automatic: 'Automatic, from its alerts', setBy: 'set by {who}', computed: 'of its alerts: {severity}',
    first: 'First activity', last: 'Last activity', created: 'Created', history: 'Comments and history', scope: 'Scope', alerts: 'Alerts', endpoints: 'Endpoints', users: 'Users', sources: 'Sources',
  },
  alerts: {
    none: 'No alert is linked', noneWhy: 'An alert comes here when somebody, or a rule, links it.', caption: 'Alerts; the order is by {sort}', of: '{alerts} of {total}', move: 'Move {number}', chooseNone: 'Choose none',
    leftOut: 'The filter {filter} is left out: {why}',
    noMatch: 'No alert matches', noMatchWhy: 'Take a filter away to see more.', smaller: ['smaller group', 'smaller groups'], groupsLeft: '{groups} are left out.',
    find: 'Find an alert', anyState: 'Any state', open: 'Not resolved', resolved: 'Resolved', anySeverity: 'Any severity', anybody: 'Anybody', nobody: 'Nobody', anySource: 'Any source', anyTactic: 'Any tactic',
    notGrouped: 'Not grouped', byTitle: 'By title', byTechnique: 'By technique', byEntity: 'By entity',
    noTechnique: 'No technique', noEvidence: 'No evidence', thing: '{kind} {name}', thingIn: '{kind} {name} in {namespace}', previous: 'Previous', next: 'Next',
  },
  alertRows: {
    severity: 'Severity', alert: 'Alert', state: 'State', assignee: 'Assignee', tactic: 'Tactic', source: 'Source', activity: 'Last activity',
    selectPage: 'Select all alerts of this page', select: 'Select {title}', seen: 'seen {number} times', held: 'Held',
  },
  detail: {
    detector: 'Detector', techniques: 'Techniques', first: 'First activity', correlated: 'Correlated', policy: '(policy {policy})', assignee: 'Assignee', resolution: 'Resolution',
    given: 'given by the incident; before: {before}', held: 'held: it came after the resolution', source: 'Source', more: '{number} more', openAt: 'Open at {host}', noLink: '(not a link: it is no http address)',
  },
  held: {
    came: ['alert came after it was resolved, and stays active:', 'alerts came after it was resolved, and stay active:'], some: 'New alerts came after it was resolved, and stay active: {why}',
    resolveThese: 'Resolve these', look: 'Look at the alerts', more: 'and {number} more', title: 'Resolve {alerts}', resolve: 'Resolve', noteHint: 'Why they are resolved. It stays with each of the alerts.',
    done: '{alerts} resolved', someDone: '{alerts} resolved; {number} somebody else saw to meanwhile',
  },
  link: {
    title: 'Link alerts', link: 'Link', linkSome: 'Link {number}', done: '{alerts} linked', find: 'Find an alert of no incident', reasonHint: 'It stands in the log of this incident.', choose: 'Choose {title}',
    noMatch: 'No alert of no incident matches.', none: 'Every alert in {namespace} belongs to an incident.', latest: ', of which the latest {number} are listed', moreChosen: '; {number} more chosen',
  },
  move: {
    title: 'Move {alerts}', move: 'Move', create: 'Create and move', unlink: 'Unlink', moved: '{alerts} moved to {incident}', movedToNew: '{alerts} moved to a new incident', unlinked: '{alerts} unlinked', open: 'Open it',
    to: 'To which incident', placeholder: 'Name or title', toNew: 'To a new incident', toNone: 'To none: unlink', newTitle: 'Title of the new incident', newTitleHint: 'Without a title it is named from its alerts.',
    toOther: 'To one that is there', reason: 'Reason', inLog: 'It stands in the log.', inLogs: 'It stands in the logs of both incidents.', preview: 'Preview', more: 'and {alerts}',
  },
  targets: { label: 'Drop on an incident', title: 'Drop {alerts} on an incident', none: 'No other incident is open in {namespace}.' },
  timeline: {
    which: 'Which entries', all: 'Everything', people: 'By people', alerts: 'About alerts', comments: 'Comments', broken: 'The chain is broken: {fault}', intact: 'The chain of its entries is intact',
    none: 'No entry', noneOfKind: 'None is of this kind.', noneWhy: 'The operator writes the log; the first entry appears when it runs.', older: '{number} older entries are listed by {command}.',
    operator: 'Operator', reason: 'Reason: {reason}', other: 'Other incident: {incident}', notSet: 'not set', noComment: 'No comment yet',
    noCommentWhy: 'A comment is kept in the log with your name, and cannot be changed or deleted.', waiting: 'on its way into the log', yours: 'Your comment', placeholder: 'Say something about this incident',
    sending: 'Sending…', send: 'Comment', mayNot: 'You may read comments here, and not write any.',
  },
} as const;
