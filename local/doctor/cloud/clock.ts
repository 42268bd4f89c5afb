import type { Check } from './project.js';

/** Signatures and tokens are good for minutes: clocks must agree. */
const WARN_SECONDS = 60;

export const clock: Check = {
  name: 'clock',
  permission: 'resourcemanager.projects.get',
  run({ api }, { ok, warning, unknown }) {
    const seconds = api.clockSeconds;
    if (seconds === null) return Promise.resolve([unknown("Google's answers carry no date")]);
    const off = Math.abs(Math.round(seconds));
    return Promise.resolve([
      off > WARN_SECONDS
        ? warning(
            `the clock of this machine is ${off} s ${seconds > 0 ? 'ahead of' : 'behind'} Google's: callbacks beyond 5 minutes are refused`,
            'timedatectl set-ntp true',
          )
        : ok('the clock of this machine is right'),
    ]);
  },
};
