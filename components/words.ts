/**
 * Every sentence the screens say, in one catalogue, so that it can be translated and is worded once.
 *
 * Values in braces are filled in by say(). Numbers arrive as text, already formatted.
 */
const WORDS = {
  skip: 'Skip to content',
  'home.title': 'See the landscape your network learned in.',
  'home.sub': 'Turn it, cut it, pin what you find: alone or with your class.',
  'home.description': 'Explore the loss landscape of a neural network together, in the browser. Every browser in the room helps to compute it.',
  'home.what': 'What is this?',
  'home.what.1': 'Training a network means walking downhill on a surface with as many dimensions as the network has weights. This is a flat cut through such a surface, measured point by point.',
  'home.what.2': 'Place your own cuts through real trained networks, with the directions and normalisations that the papers use, and pin notes where something is worth a look.',
  'home.what.3': 'Nobody needs an account. Names are nicknames, there are no cookies and no analytics, and nothing is fetched from anywhere but this server.',
  'home.help': 'What a helper gives',
  'home.help.1': 'Each browser in a session can lend its GPU to compute the picture. It is off until you switch it on, and one click stops it.',
  'home.help.2': 'Everyone who helps receives a copy of this network and these samples: the weights, the directions and the sample batch of the session, and nothing else.',
  'home.noscript': 'The landscape here was measured earlier. To explore one yourself, switch JavaScript on.',
  'home.failed': 'The session could not be created: {reason}',
  'home.first': 'A measured loss landscape of a small network trained on two spirals, drawn as contour lines.',
  'demo.badge': 'Computing live on this device',
  'demo.starting': 'Starting to compute on this device',
  'demo.done': 'Computed live on this device',
  'demo.unable': 'This is the picture we measured earlier: {reason}',
  'explore': 'Explore',
  'class': 'Start a class',
  'join': 'Join with a code',
  'join.title': 'Join a session',
  'join.hint': 'The code stands at the top of the host’s screen. Case, spaces and dashes do not matter.',
  'join.placeholder': 'Six-character code',
  'join.wrong': 'No open session has the code {code}. Check it with the host — codes stop working when a session ends.',
  'join.unreachable': 'The server did not answer: {reason} The code is still here; press Join to try again.',
  'lend.ask': 'Lend this browser’s GPU to this session? It only computes loss values, only while this tab is open, and you can stop at any time.',
  'lend.receives': 'Everyone who helps receives a copy of this network and these samples.',
  'lend.on': 'Helping — {n} so far.',
  'lend.idle': 'Ready to help. Nothing is waiting to be computed.',
  'lend.starting': 'Starting: looking for a GPU and trying it out.',
  'lend.paused': 'Nothing is being computed here.',
  'lend.cpu': 'No WebGPU here, so this device helps with its CPU. It still counts.',
  'net.connecting': 'Connecting',
  'net.live': 'Live',
  'net.polling': 'Your network blocks live connections. Updates arrive every few seconds instead.',
  'net.polling.short': 'Polling',
  'net.offline': 'Offline. You can keep exploring; changes are sent when you are back.',
  'net.offline.short': 'Offline',
  'saved.saved': 'Saved',
  'saved.saving': 'Saving',
  'saved.waiting': '{n} to send',
  'price.before': '{grid} on {samples} samples: about {local} here.',
  'price.working': 'Working out what this costs here …',
  eta: '{pct} · about {lo}–{hi} left',
  'eta.grew': 'Longer than expected: {k} helpers left.',
  'call.title': 'Nobody computes this picture yet',
  'call.compute': 'Compute it here',
  'call.cost': 'What does it cost?',
  'away.title': 'This slice was put away',
  'away.text': 'What was measured of it is kept, and nothing more of it is computed.',
  'away.back': 'Bring it back',
  'call.unable': 'This browser cannot compute it',
  'job.nohelpers': 'Waiting for helpers. Compute it here instead?',
  'job.none': 'Nothing to compute yet.',
  'job.done': 'All {n} points measured',
  'empty.slices': 'No slice yet. Place one through your points, or start with two random directions.',
  'empty.slices.view': 'No slice yet. Whoever may edit places the first one.',
  'empty.pins': 'No notes yet. Point at something and press N.',
  'empty.pins.view': 'No notes yet.',
  'empty.people': 'You are alone here. Share the code {code}.',
  'empty.people.view': 'You are alone here.',
  'data.nan': '{n} of {total} points are not numbers (usually too large a step). They are shown in grey and left out of the scale.',
  'slice.moves': '{n} parameters move along these axes.',
  'slice.ortho': 'The axes meet at {deg}° (cosine {cos}).',
  'slice.cosine.expected': 'Two random directions in {n} dimensions meet with |cosine| of about {cos}.',
  'slice.variance': 'These two axes show {pct} of the training motion.',
  'slice.variance.line': 'This axis shows {pct} of the training motion.',
  'slice.unreadable': 'This slice names a network that this page could not load.',
  'share.copied': 'Link copied.',
  'share.failed': 'The browser did not allow copying. Select the link and copy it.',
  'share.edit': 'Whoever has this link can place slices, write notes and invite.',
  'share.view': 'Whoever has this link can look around and lend compute, and can change nothing.',
  'share.local': 'This address only works on this computer. For others, open Tarn by this machine’s own name or address.',
  'present.join': 'Join at {address} with the code',
  'invite.title': 'Invite your class',
  'view.only': 'View only. Look around freely; the host decides who edits.',
  'refused.title': 'This session cannot be opened',
  'undo.changed': 'Somebody changed this since, so it was left as it is.',
  'err.generic': 'Something went wrong on our side. Your picture is safe. Reference {id}.',
  'err.page': 'This page failed to draw. Your session is kept on the server; opening it again brings everything back.',
  'missing.title': 'Nothing lives at this address',
  'missing.text': 'Check the link, or start from the landscape on the first page.',
  'honesty.title': 'What this picture can and cannot tell you',
  'honesty.random': 'This is one flat cut through {p} dimensions. A bump here is real along this cut; what lies beside it is unknown.',
  'honesty.estimated': 'Hatched areas are estimated from measured neighbours.',
  'note.mode': 'Click where the note belongs, or move the crosshair with the arrow keys and press Enter. Esc leaves.',
} as const;

export type WordKey = keyof typeof WORDS;

/** The sentence under `key`, its braces filled from `values`; throws for a brace without a value. */
export function say(key: WordKey, values: Readonly<Record<string, string | number>> = {}): string {
  return WORDS[key].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the sentence ${key} needs a value for ${name}`);
    return String(value);
  });
}

/** `1 point`, `2 points`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
