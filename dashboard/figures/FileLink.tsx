import { Anchor, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { errorOf } from '../api/problem.js';
import { send } from '../api/send.js';
import { useSession } from '../api/useSession.js';
import { saveAs } from './saveAs.js';

interface Props {
  /** Where the API has the file. */
  address: string;
  /** What it is called where it is kept. */
  name: string;
  children: string;
}

/**
 * A file of the API: opened beside the page, or saved where somebody has to sign in, for a link that a browser follows carries no token,
 * and what the page itself opens is bound by the page's policy, which a report with styles of its own is not made for.
 */
export function FileLink({ address, name, children }: Props) {
  const isIn = useSession().is === 'in';
  const save = useMutation({ mutationFn: () => saved(address, name) });
  if (!isIn)
    return (
      <Anchor href={address} target="_blank" size="sm">
        {children}
      </Anchor>
    );
  return (
    <span>
      <Anchor
        component="button"
        type="button"
        size="sm"
        title={`Saves ${name}`}
        aria-busy={save.isPending}
        onClick={() => {
          if (!save.isPending) save.mutate();
        }}
      >
        {children}
      </Anchor>
      {save.isError && (
        <Text span size="sm" className="mistake" role="alert">
          {' '}
          {save.error.message}
        </Text>
      )}
    </span>
  );
}

async function saved(address: string, name: string): Promise<void> {
  const response = await send(address);
  if (!response.ok) throw await errorOf(response);
  saveAs(name, await response.blob());
}
