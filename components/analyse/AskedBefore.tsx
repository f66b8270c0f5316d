/** A choice of what was asked for already, above the form that asks for something new; nothing where there is nothing. */
import { canonicalJson } from '#lib/digest.ts';
import { Select } from '#components/ui/Select.tsx';
import { say } from '#components/words.ts';

type AskedBeforeProps<Request> = {
  readonly asked: readonly Request[];
  /** What the form stands for now. */
  readonly chosen: Request;
  readonly titleOf: (request: Request) => string;
  readonly onChoose: (request: Request) => void;
};

const NEW = 'new';

export function AskedBefore<Request>({ asked, chosen, titleOf, onChoose }: AskedBeforeProps<Request>) {
  if (asked.length === 0) return null;
  const texts = asked.map(canonicalJson);
  const at = texts.indexOf(canonicalJson(chosen));
  const options = [...(at < 0 ? [{ value: NEW, title: say('analysis.new') }] : []), ...asked.map((request, index) => ({ value: String(index), title: titleOf(request) }))];
  return (
    <Select
      label={say('analysis.asked')}
      value={at < 0 ? NEW : String(at)}
      options={options}
      onChange={(value) => {
        const request = asked[Number(value)];
        if (request !== undefined) onChoose(request);
      }}
    />
  );
}
