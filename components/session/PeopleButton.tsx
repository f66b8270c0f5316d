/** Who is here: faces in the bar, and on a click the list, where one's own name can be changed. */
import { useState, type FormEvent } from 'react';
import { MAX_NAME, hueOf, type Person } from '#lib/session/people.ts';
import { shownCode } from '#lib/session/joinCode.ts';
import { Button } from '#components/ui/Button.tsx';
import { Card } from '#components/ui/Card.tsx';
import { TextField } from '#components/ui/Field.tsx';
import { useStore } from '#components/useStore.ts';
import { plural, say } from '#components/words.ts';
import { useSession } from './SessionContext.ts';
import styles from './TopBar.module.css';

const FACES = 4;

export function PeopleButton() {
  const session = useSession();
  const people = useStore(session.people);
  const me = useStore(session.me);
  const [isOpen, setOpen] = useState(false);
  const list = [...people.values()].sort((one, other) => Number(other.id === me?.id) - Number(one.id === me?.id));
  if (!me) return null;

  return (
    <div className={styles.here}>
      <button type="button" className={styles.stack} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} title="Who is here">
        <span className={styles.faces}>
          {list.slice(0, FACES).map((person) => (
            <Face key={person.id} person={person} />
          ))}
        </span>
        <span>
          {people.size}
          <span className="aside"> {people.size === 1 ? 'person' : 'people'} here</span>
        </span>
      </button>
      {isOpen && (
        <Card title={plural(people.size, 'person here', 'people here')} onClose={() => setOpen(false)}>
          <PeopleList list={list} me={me} />
          <Rename key={me.name} me={me} />
        </Card>
      )}
    </div>
  );
}

function PeopleList({ list, me }: { readonly list: readonly Person[]; readonly me: Person }) {
  const code = useStore(useSession().code);
  return (
    <>
      <ul className={styles.people}>
        {list.map((person) => (
          <li key={person.id} className={styles.person}>
            <Face person={person} />
            <span>
              {person.name}
              {person.id === me.id && ' (you)'}
            </span>
            <small>
              {person.lending === null ? (person.role === 'view' ? 'looking' : '') : `lends ${person.lending}${person.helps === 'own' ? ', for their own slices only' : ''}`}
              {person.points > 0 && ` · ${plural(person.points, 'point')}`}
            </small>
          </li>
        ))}
      </ul>
      {list.length < 2 && <p>{code === null ? say('empty.people.view') : say('empty.people', { code: shownCode(code) })}</p>}
    </>
  );
}

function Rename({ me }: { readonly me: Person }) {
  const session = useSession();
  const [name, setName] = useState(me.name);
  const [problem, setProblem] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem((await session.rename(name.trim())) ?? undefined);
  };
  return (
    <form className={styles.rename} onSubmit={(event) => void submit(event)}>
      <TextField label="Your name here" value={name} maxLength={MAX_NAME} problem={problem} onChange={setName} />
      <Button type="submit" disabled={name.trim() === me.name || name.trim() === ''}>
        Change
      </Button>
    </form>
  );
}

export function Face({ person }: { readonly person: Pick<Person, 'id' | 'name'> }) {
  const initials = person.name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
  return (
    <span className={styles.face} style={{ backgroundColor: `oklch(0.46 0.1 ${hueOf(person.id)})` }} title={person.name} aria-hidden="true">
      {initials}
    </span>
  );
}
